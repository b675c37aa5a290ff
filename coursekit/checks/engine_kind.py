"""What the kinds that ask a container engine share: its faults are ERROR, and which engine answered is evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, could_not_look, found, not_there
from coursekit.model.verdict import CommandRecord, Finding
from coursekit.shell.text import visible
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.problem import EngineProblem, Gone

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(kB|MB|GB)")
_BYTES = {"kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


@dataclass(frozen=True)
class Demand:
    """One thing that must be true, what was expected, and what was observed in its place (empty: it holds)."""

    claim: str
    expected: str = ""
    observed: str = ""
    missing: bool = False
    """Whether the thing that is looked at is not there."""


@dataclass(frozen=True)
class EngineKind(Kind):
    """A check that asks the engine which the student's shell reaches."""

    name: str

    @property
    def claim(self) -> str:
        """What must be true, in the student's words."""
        raise NotImplementedError

    def look(self, engine: Engine, context: CheckContext) -> Sequence[Demand]:
        """Everything that is demanded, in the order in which it is told. Raises EngineProblem."""
        raise NotImplementedError

    def judge(self, context: CheckContext) -> Finding:
        asked: tuple[CommandRecord, ...] = ()
        try:
            engine = context.engine()
            asked = (asked_of(engine, self.name),)
            demands = self.look(engine, context)
        except Gone as gone:
            return found(False, self.claim, "", f"it was taken away while it was being looked at. {gone}", asked)
        except EngineProblem as problem:
            return could_not_look(self.claim, str(problem), asked)
        for demand in demands:
            if demand.observed:
                if demand.missing:
                    return not_there(demand.claim, demand.expected, visible(demand.observed), asked)
                return found(False, demand.claim, demand.expected, visible(demand.observed), asked)
        return found(True, self.claim, "", "", asked)


def asked_of(engine: Engine, name: str) -> CommandRecord:
    """The evidence of which engine it was that told of a thing. Raises EngineProblem."""
    return CommandRecord(f"inspect {name}", 0, f"asked {engine.about}", 0.0)


def in_bytes(size: str) -> int:
    """A size such as ``64 MB`` in bytes, counted as docker's ``--memory`` counts it, in 1,024s. Raises ValueError."""
    match = _SIZE.fullmatch(size)
    if match is None:
        raise ValueError(f"`{size}`: should be a size such as `64 MB`")
    return int(float(match[1]) * _BYTES[match[2]])


def size_in_words(size: int) -> str:
    """Bytes as a person says them: ``64 MB``."""
    return f"{size / (1 << 20):.0f} MB" if size >= 1 << 20 else f"{size / 1024:.0f} kB"
