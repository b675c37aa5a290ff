"""Whose kernel a container has, and whether what stands in a file is what a container has printed."""

from __future__ import annotations

import platform
import re

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import Missing

_OF_A_CONTAINER = r"[0-9a-f]{12}"
"""The name that a container gives itself: how its identifier begins."""
_FEW = 5
"""So many processes are still those of one container."""


# What a step asks for.


def answered(context: CheckContext) -> str | None:
    """`{tree}-{number}` has printed its own name and the release of its kernel."""
    name, log = _first(context)
    if {name, context.engine().about.kernel} <= set(log.split()):
        return None
    if not name:
        return Missing("there is no such container")
    return f"it printed: {log.strip()}" if log.strip() else "it printed nothing"


def kept(context: CheckContext) -> str | None:
    """`inside.txt` holds what `{tree}-{number}` printed."""
    name, _ = _first(context)
    return _holds(context, "inside.txt", [name, context.engine().about.kernel])


def machine(context: CheckContext) -> str | None:
    """`machine.txt` names the machine whose kernel the container uses."""
    about = context.engine().about
    text = _text(context, "machine.txt")
    if text is None:
        return Missing("there is no file `machine.txt`")
    said = f"it says `{text.strip()}`" if text.strip() else "it is empty"
    if about.here:
        named = about.kernel in text.split() and from_inside(context) is not None
        return None if named else f"{said}, and your machine's kernel is not named in it"
    if about.operating_system.casefold() in text.casefold():
        return None
    ask = ", and `podman info --format '{{.Host.Distribution.Distribution}}'` names the other one"
    two = f"{said}, and the kernel inside is {about.kernel}: these are two machines"
    return two + (ask if about.product == "Podman" else "")


def alone(context: CheckContext) -> str | None:
    """`processes.txt` lists the processes of a container."""
    text = _text(context, "processes.txt")
    if text is None:
        return Missing("there is no file `processes.txt`")
    numbered = re.findall(r"^\s*(?:\S+\s+)?(\d+)\s.*", text, re.MULTILINE)
    if 0 < len(numbered) <= _FEW and "1" in numbered and re.search(r"\bps\b", text):
        return None
    return f"it lists {len(numbered)} processes" if numbered else "it lists no process"


def counted(context: CheckContext) -> str | None:
    """`{bird}-{code}` has printed the boxes of week {week}."""
    lines = _hers(context)
    if lines is None:
        return Missing("there is no such container")
    if _counting(context) in lines:
        return None
    return f"the last it printed: {lines[-1]}" if lines else "it printed nothing"


def numbered_one(context: CheckContext) -> str | None:
    """Her script was the first process of `{bird}-{code}`."""
    lines = _hers(context)
    if lines is None:
        return Missing("there is no such container")
    numbers = [line.removeprefix("process: ") for line in lines if line.startswith("process: ")]
    if numbers[-1:] == ["1"]:
        return None
    return f"her script was process {numbers[-1]} there" if numbers else "her script has not told its number"


def passed_on(context: CheckContext) -> str | None:
    """`{project}/answer.txt` holds what `{bird}-{code}` printed."""
    names = [line for line in _hers(context) or () if line.startswith("name: ")]
    wanted = [_counting(context), "process: 1", *names[-1:]]
    return _holds(context, f"{context.values['project']}/answer.txt", wanted, lines=True)


def _counting(context: CheckContext) -> str:
    return f"week {context.values['week']}: {context.values['boxes']} boxes"


# What a diagnosis asks.


def of_this_machine(context: CheckContext) -> str | None:
    """`inside.txt` names this machine."""
    return None if platform.node() in (_text(context, "inside.txt") or "").split() else "it does not"


def of_another(context: CheckContext) -> str | None:
    """`inside.txt` names another container."""
    name, _ = _first(context)
    others = set(_containers(_text(context, "inside.txt"))) - {name}
    return None if others else "it does not"


def from_inside(context: CheckContext) -> str | None:
    """`machine.txt` names a container."""
    return None if _containers(_text(context, "machine.txt")) else "it does not"


def _containers(text: str | None) -> list[str]:
    found = re.findall(rf"(?<!\S){_OF_A_CONTAINER}(?!\S)", text or "")
    return [name for name in found if name != platform.node()]


# Where they look.


def _first(context: CheckContext) -> tuple[str, str]:
    """The name that the first container has inside, and what it printed; empty when it is not there."""
    name = f"{context.values['tree']}-{context.values['number']}"
    record = context.engine().container(name)
    return (str(record["Config"]["Hostname"]), _log(context, name)) if record else ("", "")


def _hers(context: CheckContext) -> list[str] | None:
    """The lines that the container of Priya's script has printed; None when there is no such container."""
    name = f"{context.values['bird']}-{context.values['code']}"
    return _log(context, name).strip().splitlines() if context.engine().container(name) else None


def _log(context: CheckContext, name: str) -> str:
    engine = context.engine()
    return engine.logs(name) if engine.container(name) else ""


def _holds(context: CheckContext, path: str, wanted: list[str], *, lines: bool = False) -> str | None:
    """Why a file does not hold all that is wanted, as words or as lines of it."""
    text = _text(context, path)
    if text is None:
        return Missing(f"there is no file `{path}`")
    held = {line.strip() for line in text.splitlines()} if lines else set(text.split())
    if all(part in held for part in wanted):
        return None
    return f"it says: {text.strip()}" if text.strip() else "it is empty"


def _text(context: CheckContext, path: str) -> str | None:
    """A file of the workspace; None when there is none."""
    try:
        return context.place.read(path, 100_000).decode("utf-8", "replace")
    except OSError:
        return None
