"""Whether the figures in the student's tables are those of this machine and its guests: measured again, with room."""

from __future__ import annotations

import os
import re
from pathlib import Path

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook
from coursekit.checks.inside import UNREACHABLE, NotThere, inside
from coursekit.checks.measurements import Measurement, measurements_in
from coursekit.technologies.hypervisor.facts import Facts, look
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.problem import GuestProblem, NotQemu, NotRunning

ROOM = 3.0
"""A time may be so many times another that was measured at another moment."""
SHARE = 0.3
"""What is held may differ by this share of it."""
LEAST = 8.0
"""Megabytes by which what is held may always differ."""
PART = 10
"""The part of the work that is done again."""

WORK = """\
import time
def work():
    began, total = time.perf_counter(), 0
    for number in range({size}): total += number * number % 7
    return time.perf_counter() - began
print(min(work() for _ in range(3)))
"""
"""Three times: the least of them was disturbed the least."""


def header(context: CheckContext) -> str | None:
    """The first line of `limits.csv` names the columns, and the accelerator of the guest."""
    line = _first_line(context, "limits.csv")
    wanted = f"what,unit,host,guest-{_accelerator(context, 'name')}"
    return None if line == wanted else f"the first line is `{line or 'empty'}`"


def named(context: CheckContext) -> str | None:
    """The first line of `limits.csv` names the accelerator of machine.cfg."""
    accelerator = _accelerator(context, "name")
    return None if f"guest-{accelerator}" in _first_line(context, "limits.csv") else f"machine.cfg says {accelerator}"


def times(context: CheckContext) -> str | None:
    """The lines `start` and `cpu` of `limits.csv` are what host and guest take."""
    if lacking := has_times(context):
        return lacking
    start, cpu = _pair(context, "limits.csv", "start"), _pair(context, "limits.csv", "cpu")
    console = _text(context, f"{context.values['name']}/console.txt")
    for what, word, given in (("start", "booted", start[1]), ("cpu", "cpu", cpu[1])):
        said = re.search(rf"{word} (\d+\.\d+) s", console)
        if not said or abs(float(said[1]) - given) > 0.06 * float(said[1]) + 0.01:
            return f"the guest said {said[1] if said else 'nothing'} for {what}, and the table says {given:g}"
    if wrong := _again(context, "host", cpu[0]) or _again(context, "guest", cpu[1]):
        return wrong
    return None if start[0] < min(2.0, start[1]) else f"a program on the host starts in less than {start[0]:g} s"


def has_times(context: CheckContext) -> str | None:
    """`limits.csv` has figures for `start` and `cpu`."""
    return _lacking(context, "limits.csv", ("start", "cpu"))


def swapped(context: CheckContext) -> str | None:
    """Host and guest are the wrong way round, in one of the lines `start` and `cpu` at least."""
    console = _text(context, f"{context.values['name']}/console.txt")
    for what, word in (("start", "booted"), ("cpu", "cpu")):
        said = re.search(rf"{word} (\d+\.\d+) s", console)
        host = _pair(context, "limits.csv", what)[0]
        if said and host and abs(float(said[1]) - host) < 0.01:
            return None
    return "they are not"


def holds(context: CheckContext) -> str | None:
    """The lines `memory` and `disk` of `limits.csv` are what the guest holds."""
    return has_holds(context) or _held(context, "limits.csv", "name")


def has_holds(context: CheckContext) -> str | None:
    """`limits.csv` has figures for `memory` and `disk`."""
    return _lacking(context, "limits.csv", ("memory", "disk"))


def in_kilobytes(context: CheckContext) -> str | None:
    """What is held is told in kilobytes."""
    memory = _pair(context, "limits.csv", "memory")[1]
    return None if memory > 10_000 else "it is not"


def smaller(context: CheckContext) -> str | None:
    """`{other}.csv` tells what the guest {other} holds, which runs with {room} MB from a thin disk."""
    folder, table = context.values["other"], f"{context.values['other']}.csv"
    facts = _facts(context, folder)
    if facts is None:
        return f"no guest runs in {folder}"
    if facts.memory != int(context.values["room"]) * 1024 * 1024:
        return f"{folder} runs with {facts.memory // 1024 // 1024} MB"
    if not any(disk.backing for disk in facts.disks):
        return f"the disk of {folder} is not thin"
    wanted = f"what,unit,host,guest-{_accelerator(context, 'other')}"
    if _first_line(context, table) != wanted:
        return f"the first line of {table} is not `{wanted}`"
    return _lacking(context, table, ("memory", "disk")) or _held(context, table, "other")


def copied(context: CheckContext) -> str | None:
    """The figures are those of the first guest."""
    table = f"{context.values['other']}.csv"
    same = all(_pair(context, table, what) == _pair(context, "limits.csv", what) for what in ("memory", "disk"))
    return None if same and _pair(context, table, "memory") != (0.0, 0.0) else "they are not"


def _again(context: CheckContext, where: str, given: float) -> str | None:
    """A part of the work done again there; why the figure cannot be right."""
    part = int(context.values["size"]) // PART
    command = WORK.format(size=part)
    if where == "host":
        done = context.place.run(["python3", "-c", command], limits=context.limits(20.0))
    else:
        try:
            with inside("guest", context.values["name"], context) as (place, _):
                done = place.run(["python3", "-c", command], limits=context.limits(30.0))
        except NotThere as missing:
            return missing.observed
        except UNREACHABLE as trouble:
            raise CouldNotLook(str(trouble)) from trouble
    if not done.ok:
        raise CouldNotLook(done.explanation or done.output)
    takes = float(done.output.split()[-1]) * PART
    if takes / ROOM < given < takes * ROOM:
        return None
    return f"the work takes the {where} about {takes:.2g} s, and the table says {given:g}"


def _held(context: CheckContext, table: str, guest: str) -> str | None:
    """Why the figures of what a guest holds cannot be right."""
    folder = context.values[guest]
    facts = _facts(context, folder)
    if facts is None:
        return f"no guest runs in {folder}"
    asked = context.place.run(["ps", "-o", "rss=", "-p", str(facts.pid)], limits=context.limits(5.0))
    if not asked.ok:
        raise CouldNotLook(asked.output or asked.explanation)
    disk = os.stat(Path(context.place.root, folder, "disk.qcow2")).st_blocks * 512 / 1e6
    for what, truth in (("memory", int(asked.output) / 1000), ("disk", disk)):
        given = _pair(context, table, what)[1]
        if abs(given - truth) > SHARE * truth + LEAST:
            return f"{what}: {folder} holds about {truth:.0f} MB, and the table says {given:g}"
    return None


def _facts(context: CheckContext, folder: str) -> Facts | None:
    """What QEMU knows of a guest; None where none runs."""
    try:
        return look(Path(context.place.root, folder), hardware(), 3.0)
    except (NotRunning, NotQemu):
        return None
    except GuestProblem as problem:
        raise CouldNotLook(str(problem)) from problem


def _lacking(context: CheckContext, table: str, wanted: tuple[str, ...]) -> str | None:
    there = {row.what for row in _rows(context, table) if len(row.figures) == 2}
    lacking = [what for what in wanted if what not in there]
    return f"`{table}` lacks {' and '.join(lacking)}" if lacking else None


def _pair(context: CheckContext, table: str, what: str) -> tuple[float, float]:
    """The figures of host and guest, the last ones where there are several; 0 and 0 where there are none."""
    rows = [row for row in _rows(context, table) if row.what == what and len(row.figures) == 2]
    return (rows[-1].figures[0][1], rows[-1].figures[1][1]) if rows else (0.0, 0.0)


def _rows(context: CheckContext, table: str) -> list[Measurement]:
    return measurements_in(_text(context, table))


def _accelerator(context: CheckContext, guest: str) -> str:
    found = re.search(r'accel\s*=\s*"(\w+)"', _text(context, f"{context.values[guest]}/machine.cfg"))
    if not found:
        raise CouldNotLook(f"{context.values[guest]}/machine.cfg does not say which accelerator is used")
    return found[1]


def _first_line(context: CheckContext, path: str) -> str:
    lines = _text(context, path).splitlines()
    return lines[0].replace(" ", "").replace('"', "") if lines else ""


def _text(context: CheckContext, path: str) -> str:
    facts = context.place.stat(path, follow=True)
    if facts is None or facts.kind != "file":
        return ""
    return context.place.read(path, 100_000).decode("utf-8", "replace")
