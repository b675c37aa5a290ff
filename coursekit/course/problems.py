"""Mistakes in content: each with its place, all of them reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coursekit.errors import CourseError, ExitCode


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it stands, what is wrong, what is allowed."""

    file: str
    """Relative to the course's folder."""
    line: int
    """From 1."""
    column: int
    """From 1."""
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ContentError(CourseError):
    """The course's files hold mistakes. Lists every one that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        count = len(self.problems)
        head = "There is 1 mistake" if count == 1 else f"There are {count} mistakes"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(
            f"{head} in the course's files:\n{lines}",
            "Mend them and try again. If you did not write this course, tell its author.",
            ExitCode.USAGE,
        )


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """`` Did you mean `x`?`` for a word that is close to an allowed one, otherwise nothing."""
    import difflib

    close = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f" Did you mean `{close[0]}`?" if close else ""


def one_of(allowed: Iterable[str]) -> str:
    """The allowed words as a person would list them."""
    return ", ".join(f"`{word}`" for word in allowed)
