"""What of the student's runs on once they have left an exercise, and holds memory: said, and never touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from coursekit.practice.wording import counted

_PATIENCE = 0.05
"""Seconds for one socket: who is too busy to answer runs."""


def running_guests(workspaces: Iterable[Path]) -> int:
    """How many guests run in these folders. Takes a few milliseconds."""
    from coursekit.technologies.hypervisor.files import DISK, QMP_SOCKET
    from coursekit.technologies.hypervisor.hardware import hardware
    from coursekit.technologies.hypervisor.presence import is_on

    names = [f"*/{name}" for name in (DISK, QMP_SOCKET)]
    guests = {path.parent for workspace in workspaces for name in names for path in workspace.glob(name)}
    return sum(is_on(guest, hardware(), _PATIENCE) for guest in guests)


def running_containers(names: Iterable[str], variables: Mapping[str, str]) -> int:
    """How many containers of these names run. Takes as long as the engine does; one that does not answer runs none."""
    from coursekit.technologies.engine.connection import Engines
    from coursekit.technologies.engine.problem import EngineProblem

    try:
        with Engines() as engines:
            engine = engines.reach(variables)
            found = [engine.container(name) for name in names]
    except EngineProblem:
        return 0
    return sum(container is not None and container["State"]["Running"] for container in found)


def still_running(guests: int, containers: int) -> str:
    """Such as ``2 guests still run and hold memory. …``; empty when nothing runs."""
    things = [counted(number, noun) for number, noun in ((guests, "guest"), (containers, "container")) if number]
    one = guests + containers == 1
    run, them = ("runs and holds", "it") if one else ("run and hold", "them")
    return f"{' and '.join(things)} still {run} memory. To end {them}: go back, or coursekit clean" if things else ""
