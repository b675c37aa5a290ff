"""What a step asks of the machine: single checks, and how they combine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Single:
    """One check of one kind. ``settings`` is that kind's own frozen dataclass from ``checks/``."""

    kind: str
    settings: Any
    claim: str = ""
    """What should be true, in the author's words; empty: the kind's own. Inside ``not``: what should be true there."""


@dataclass(frozen=True)
class All:
    """Every part must hold."""

    parts: tuple[Check, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part must hold."""

    parts: tuple[Check, ...]


@dataclass(frozen=True)
class Not:
    """The part must not hold."""

    part: Check


@dataclass(frozen=True)
class Inside:
    """The part is looked at inside a container or a guest."""

    kind: Literal["container", "guest"]
    name: str
    """Of a guest its folder in the workspace."""
    part: Check


Check = Single | All | AnyOf | Not | Inside


def singles(check: Check) -> Iterator[Single]:
    """The single checks in a combination, in the order in which they are written."""
    match check:
        case Single():
            yield check
        case Not(part) | Inside(part=part):
            yield from singles(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from singles(part)
