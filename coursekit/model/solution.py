"""What a correct student types, and what a mistaken one does."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Type:
    """A line typed at the student's prompt."""

    text: str
    note: str = field(default="", compare=False)
    """For the presenter, and for whoever reads the solution."""
    until: str = ""
    """What the screen must show next, where a program such as a guest's console keeps the terminal; empty: a prompt."""


@dataclass(frozen=True)
class Answer:
    """An answer to the question of a step, by the texts of choices and not by numbers."""

    step: str
    answer: str
    note: str = field(default="", compare=False)


Action = Type | Answer


@dataclass(frozen=True)
class Solution:
    """Per step, in the order of the steps: the actions that achieve it."""

    name: str
    """``solution``, or ``ways/NAME`` for another way to the same goal."""
    steps: tuple[tuple[str, tuple[Action, ...]], ...]


@dataclass(frozen=True)
class Mistake:
    """A typical mistake: where it starts, what is done, and how the exercise must answer."""

    name: str
    title: str
    actions: tuple[Action, ...]
    fails: str
    """The id of the step that must be FAILED afterwards."""
    says: str
    """Words that the feedback must contain."""
    after: str | None = None
    """Begin with the solution played up to and including this step; None: on the untouched start."""
