"""Kind ``dialogue``: a conversation with an interactive program, on a terminal, goes as it should."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any, ClassVar

from coursekit.checks.command import judge_completed
from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, TextFits, argv, found, require_pattern
from coursekit.model.verdict import Finding
from coursekit.shell.place import Exchange


@dataclass(frozen=True)
class Turn:
    """One turn: what the program must say, and what is typed then."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    expect: str
    """A regular expression."""
    send: str | None = None


@dataclass(frozen=True)
class DialogueCheck(Kind):
    """A program with a terminal of its own."""

    run: str | tuple[str, ...]
    exchanges: tuple[Turn, ...]
    exit: int = 0

    def __post_init__(self) -> None:
        argv(self.run)
        for turn in self.exchanges:
            require_pattern("expect", turn.expect)

    @property
    def _line(self) -> str:
        return self.run if isinstance(self.run, str) else shlex.join(self.run)

    def judge(self, context: CheckContext) -> Finding:
        exchanges = [Exchange(turn.expect, turn.send) for turn in self.exchanges]
        late = context.nearly_over
        completed = context.place.converse(argv(self.run), exchanges, limits=context.limits(seconds=60))
        claim = f"the conversation with `{self._line}` goes as it should"
        if completed.explanation and completed.ok:
            return found(False, claim, "every exchange", completed.explanation, (completed.record(),))
        return judge_completed(completed, claim, self.exit, TextFits(), late=late)

    def denial(self) -> str:
        return f"the conversation with `{self._line}` does not go so"
