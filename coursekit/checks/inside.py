"""Another place to look at: the inside of a container or a guest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from coursekit.checks.context import CheckContext
from coursekit.checks.engine_kind import asked_of
from coursekit.model.verdict import CommandRecord
from coursekit.shell.place import Place
from coursekit.shell.text import visible
from coursekit.technologies.engine.place import ContainerPlace
from coursekit.technologies.engine.problem import EngineProblem, Gone
from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.problem import GuestProblem, NoAnswer, NotQemu, NotRunning

UNREACHABLE = (EngineProblem, GuestProblem)
"""Why one cannot look, which is nobody's failure."""


@dataclass
class NotThere(Exception):
    """There is nothing to look into: the student's to mend."""

    expected: str
    observed: str
    asked: tuple[CommandRecord, ...] = ()


@contextlib.contextmanager
def inside(
    kind: Literal["container", "guest"], name: str, context: CheckContext
) -> Iterator[tuple[Place, CommandRecord]]:
    """The inside as a place, and how it was reached. Raises NotThere, and those of UNREACHABLE."""
    look = _in_container if kind == "container" else _in_guest
    with look(name, context) as place:
        yield place


@contextlib.contextmanager
def _in_container(name: str, context: CheckContext) -> Iterator[tuple[Place, CommandRecord]]:
    try:
        engine = context.engine()
        with ContainerPlace(engine, name, context.cancelled) as place:
            yield place, asked_of(engine, name)
    except Gone as gone:
        missing = f"there is no container `{name}`"
        raise NotThere(f"a container named `{name}`", missing, (asked_of(engine, name),)) from gone


@contextlib.contextmanager
def _in_guest(name: str, context: CheckContext) -> Iterator[tuple[Place, CommandRecord]]:
    expected = f"a guest that runs in `{name}`"
    try:
        patience = context.limits(4.0).seconds
        with GuestPlace(Path(context.place.root, name), hardware(), context.cancelled, answer_within=patience) as place:
            yield place, CommandRecord(f"ask {name}/{QMP_SOCKET}", 0, f"{place.facts} says: {place.facts.status}", 0.0)
    except NotRunning as off:
        raise NotThere(expected, f"no guest runs in `{name}`") from off
    except NotQemu as impostor:
        raise NotThere(expected, visible(str(impostor))) from impostor
    except NoAnswer as silent:
        raise NotThere("an answer from inside", f"{silent}. It may still be booting: wait for its `login:`") from silent
