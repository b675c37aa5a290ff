"""What the reports must say: the rain of a day, counted anew from the measurements that the exercise began with."""

from __future__ import annotations

import io
import tarfile
import time
from pathlib import Path

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import Missing

_LARGEST = 2_000_000
"""Bytes of an archive that are read."""


def maggie(context: CheckContext) -> str | None:
    """`maggie.txt` is the report of this machine, started as Maggie starts it"""
    return _differs(_report(context, "maggie.txt"), rain=_by_maggies_clock(context))


def packed(context: CheckContext) -> str | None:
    """`in.tar` holds the script and the data"""
    names = _names(context, f"{context.values['name']}/in.tar")
    missing = [name for name in ("report.py", "rain.csv") if name not in names]
    return f"it holds {', '.join(names) or 'nothing'}" if missing else None


def buried(context: CheckContext) -> str | None:
    """`in.tar` holds the files in a folder"""
    names = _names(context, f"{context.values['name']}/in.tar")
    return None if any(name.endswith("/rain.csv") for name in names) else "they lie at its top, or not in it"


def arrived(context: CheckContext) -> str | None:
    """The second disk of {name} holds the project"""
    commands = (["test", "-b", "/dev/vdb1"], ["tar", "tf", "/dev/vdb", "report.py"])
    if any(context.place.run(command, limits=context.limits(10.0)).ok for command in commands):
        return None
    return "/dev/vdb is neither the archive nor a folder"


def first(context: CheckContext) -> str | None:
    """`/root/first.txt` is the report of {name}, by its own clock"""
    return _differs(_report(context, "first.txt"), machine=context.values["name"], rain=_rain(context, 0))


def mended(context: CheckContext) -> str | None:
    """`/root/mended.txt` is the report of {name}, and agrees with Maggie's"""
    return _differs(_report(context, "mended.txt"), machine=context.values["name"], rain=_by_maggies_clock(context))


def backwards(context: CheckContext) -> str | None:
    """the clock went the other way"""
    other_way = _rain(context, -int(context.values["hours"]))
    return _differs(_report(context, "mended.txt"), rain=other_way)


def carried(context: CheckContext) -> str | None:
    """the result has left {name}"""
    name = context.values["name"]
    if context.place.stat(f"{name}/share/mended.txt") is not None:
        return None
    names = _names(context, f"{name}/out.img")
    return None if "mended.txt" in names else f"`out.img` holds {', '.join(names) or 'no archive'}"


def fetched(context: CheckContext) -> str | None:
    """`mended.txt` on your machine is what {name} has computed"""
    name = context.values["name"]
    places = (f"{name}/mended.txt", "mended.txt", f"{name}/share/mended.txt")
    where = next((place for place in places if context.place.stat(place) is not None), places[0])
    return _differs(_report(context, where), machine=name, rain=_by_maggies_clock(context))


def john(context: CheckContext) -> str | None:
    """`john.txt` is what {other} has computed, by John's clock"""
    return _differs(_report(context, "john.txt"), machine=context.values["other"], rain=_by_johns_clock(context))


def by_the_guests_clock(context: CheckContext) -> str | None:
    """`john.txt` goes by the clock of a new guest"""
    return _differs(_report(context, "john.txt"), rain=_johns_rain(context, 0))


def by_the_wrong_sign(context: CheckContext) -> str | None:
    """`john.txt` goes by a clock that is ahead"""
    return _differs(_report(context, "john.txt"), rain=_johns_rain(context, int(context.values["behind"])))


def on_another_machine(context: CheckContext) -> str | None:
    """`john.txt` was made on another machine"""
    report = _report(context, "john.txt")
    return None if report and report.get("machine") != context.values["other"] else "it was not"


def _differs(report: dict[str, str] | None, **expected: object) -> str | None:
    """What of a report is not as it must be."""
    if report is None:
        return Missing("there is no such file")
    for key, value in expected.items():
        if report.get(key) != str(value):
            return f"it says `{key}: {report[key]}`" if key in report else f"it has no line `{key}:`"
    return None


def _report(context: CheckContext, path: str) -> dict[str, str] | None:
    """The lines of a report; None when there is no such file."""
    if context.place.stat(path, follow=True) is None:
        return None
    lines = context.place.read(path, 10_000).decode("utf-8", "replace").splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def _names(context: CheckContext, path: str) -> list[str]:
    """What an archive holds; nothing when it is none."""
    if context.place.stat(path, follow=True) is None:
        return []
    try:
        with tarfile.open(fileobj=io.BytesIO(context.place.read(path, _LARGEST))) as archive:
            return [name.removeprefix("./") for name in archive.getnames() if name != "."]
    except tarfile.TarError:
        return []


def _by_maggies_clock(context: CheckContext) -> int:
    return _rain(context, int(context.values["hours"]))


def _by_johns_clock(context: CheckContext) -> int:
    return _johns_rain(context, -int(context.values["behind"]))


def _rain(context: CheckContext, ahead: int) -> int:
    return _total(context, "rain.csv", f"2024-05-{context.values['day']}", ahead)


def _johns_rain(context: CheckContext, ahead: int) -> int:
    return _total(context, "john/gauge.csv", f"2024-09-0{context.values['date']}", ahead)


def _total(context: CheckContext, file: str, day: str, ahead: int) -> int:
    """The rain of a day by a clock that is so many hours ahead of UTC."""
    text = Path(context.exercise, "start", file).read_text(encoding="utf-8")
    for name in ("noon", "peak"):
        text = text.replace(f"{{{name}}}", context.values[name])
    rows = (line.split(",") for line in text.splitlines())
    return sum(
        int(amount)
        for seconds, amount in rows
        if time.strftime("%Y-%m-%d", time.gmtime(int(seconds) + 3600 * ahead)) == day
    )
