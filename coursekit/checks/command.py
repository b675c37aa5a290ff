"""Kind ``command``: a program runs, in a cleared environment, ends as it should and prints what it should."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, TextFits, argv, could_not_look, found, gist, not_there, require_pattern, words
from coursekit.model.verdict import Finding, Outcome
from coursekit.shell.place import Completed, Ending


@dataclass(frozen=True)
class CommandCheck(Kind):
    """A program without terminal or shell, its input empty."""

    shorthand: ClassVar[str] = "run"
    patterns: ClassVar[tuple[str, ...]] = ("matches",)

    run: str | tuple[str, ...]
    exit: int = 0
    prints: str | tuple[str, ...] = ()
    lacks: str | tuple[str, ...] = ()
    matches: str | None = None
    folder: str = ""
    """Where it runs; left out: the workspace."""

    def __post_init__(self) -> None:
        argv(self.run)
        require_pattern("matches", self.matches)

    @property
    def _line(self) -> str:
        return self.run if isinstance(self.run, str) else shlex.join(self.run)

    def judge(self, context: CheckContext) -> Finding:
        late = context.nearly_over
        completed = context.place.run(argv(self.run), cwd=self.folder, limits=context.limits(seconds=60))
        claim = f"`{self._line}` does what it should"
        program = argv(self.run)[0]
        if completed.ending is Ending.NOT_STARTED and "/" in program and context.place.stat(program) is None:
            return not_there(claim, "a program that runs to its end", completed.explanation, (completed.record(),))
        return judge_completed(
            completed,
            claim,
            self.exit,
            TextFits(words(self.prints), words(self.lacks), self.matches),
            late=late,
        )

    def denial(self) -> str:
        return f"`{self._line}` does not do that"


def judge_completed(completed: Completed, claim: str, exit_status: int, fits: TextFits, *, late: bool) -> Finding:
    """The finding on a program that has ended, one way or another; ``late``: it began when the time was nearly over."""
    commands = (completed.record(),)
    if completed.ending is Ending.TIMED_OUT and late:
        why = f"The time for this step was nearly over. {completed.explanation}"
        return could_not_look(claim, why, commands)
    if completed.ending in (Ending.CANCELLED, Ending.LOST):
        return Finding(Outcome.ERROR, claim, "", completed.explanation, commands)
    if completed.ending is not Ending.EXITED:
        failed = found(False, claim, "a program that runs to its end", completed.explanation, commands)
        return replace(failed, undecided=completed.ending is not Ending.NOT_STARTED)
    expected, observed = [], []
    if completed.exit_status != exit_status:
        expected.append(f"exit status {exit_status}")
        last = gist(completed.output)
        observed.append(f"exit status {completed.exit_status}" + (f", and it said: {last}" if last else ""))
    texts, seen = fits.complaints(completed.output)
    expected += texts
    observed += [] if observed else map(gist, seen)
    return found(not expected, claim, "; ".join(expected), "\n".join(observed), commands)
