"""The contract of a kind of check, and what several kinds share."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Any, ClassVar

from coursekit.checks.context import CheckContext
from coursekit.model.verdict import CommandRecord, Finding, Outcome

_LONGEST_SHOWN = 400
"""Characters of a text that a finding shows."""


@dataclass(frozen=True)
class Kind:
    """A check that is read from an exercise: its settings, and how it judges."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    shorthand: ClassVar[str | None] = None
    """The setting that may be given alone."""
    patterns: ClassVar[tuple[str, ...]] = ()
    """The settings that are regular expressions: no student should have to read one, so the author gives words."""

    def judge(self, context: CheckContext) -> Finding:
        """Look, and say what was found. A fault that is not the student's is ERROR, never FAILED.

        Where there is nothing to look at it is `not_there`.
        """
        raise NotImplementedError

    def denial(self) -> str:
        """What should be true when the check stands inside ``not``."""
        raise NotImplementedError


def found(holds: bool, claim: str, expected: str, observed: str, commands: tuple[CommandRecord, ...] = ()) -> Finding:
    """A finding that passed or failed."""
    outcome = Outcome.PASSED if holds else Outcome.FAILED
    return Finding(outcome, claim, expected, shortened(observed), commands)


def not_there(claim: str, expected: str, observed: str, commands: tuple[CommandRecord, ...] = ()) -> Finding:
    """A finding for what has not been made yet: it waits for what has failed before it; else it is what has failed."""
    return Finding(Outcome.SKIPPED, claim, expected, shortened(observed), commands)


def could_not_look(claim: str, why: str, commands: tuple[CommandRecord, ...] = ()) -> Finding:
    """A finding for what could not be looked at."""
    return Finding(Outcome.ERROR, claim, "", shortened(why), commands)


def shortened(text: str) -> str:
    """The text, its middle left out when it is long."""
    text = text.strip()
    if len(text) <= _LONGEST_SHOWN:
        return text
    half = _LONGEST_SHOWN // 2
    return f"{text[:half]} … {text[-half:]}"


def gist(output: str) -> str:
    """What a program said: of an error of Python's its last line, which says what is wrong."""
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1] if "Traceback (most recent call last)" in output else output.strip()


def words(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """A setting that is a text or a list of texts, as a list."""
    return (text,) if isinstance(text, str) else text


def argv(run: str | tuple[str, ...]) -> list[str]:
    """The words of a command: split as a shell would, but never run by one. Raises ValueError."""
    split = shlex.split(run) if isinstance(run, str) else list(run)
    if not split:
        raise ValueError("`run` names no program")
    return split


def require_pattern(name: str, pattern: str | None) -> None:
    """Raise ValueError, with the reason, for a regular expression that is none."""
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"`{name}` is not a regular expression: {error}") from None


@dataclass(frozen=True)
class TextFits:
    """What a text must hold, what it must lack, and what it must match."""

    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    matches: str | None = None

    def complaints(self, text: str) -> tuple[list[str], list[str]]:
        """What was expected and what was observed, for each demand that the text does not meet."""
        expected, observed = [], []
        for part in self.contains:
            if part not in text:
                expected.append(f"the text `{part}`")
        if self.matches is not None and not re.search(self.matches, text, re.MULTILINE):
            expected.append("a text of another form")
        if expected:
            observed.append(shortened(text) or "no text at all")
        for part in self.lacks:
            if part in text:
                expected.append(f"no `{part}`")
                observed.append(next(line for line in text.splitlines() if part.splitlines()[0] in line))
        return expected, observed
