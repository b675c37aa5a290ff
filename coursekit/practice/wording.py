"""A verdict in words, in the one order in which the command line and the app say it.

What holds, what does not, what was expected, what was found, what to try next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.model.course import BaseImage
from coursekit.model.verdict import Finding, Outcome, Verdict

HEADLINES = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "not yet",
    Outcome.SKIPPED: "waits",
    Outcome.ERROR: "could not check (not your fault)",
}


def counted(number: int, noun: str) -> str:
    """``1 point``, ``2 points``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def missing_words(images: Sequence[BaseImage], lab: str) -> tuple[str, str]:
    """What is said when an exercise is opened and images are missing that it begins with, and what to do."""
    listed = ", ".join(map(str, images))
    noun = "The image" if len(images) == 1 else "These images"
    verb = "is" if len(images) == 1 else "are"
    said = f"{noun} that this exercise begins with {verb} not here yet: {listed}."
    return said, f"To get {'it' if len(images) == 1 else 'them'}: coursekit fetch {lab}"


@dataclass(frozen=True)
class Line:
    """One line of a verdict: its label, such as ``expected``, and its text."""

    label: str
    text: str


def verdict_lines(verdict: Verdict) -> Iterator[Line]:
    """What a verdict says beyond its headline."""
    for finding in verdict.findings:
        if finding.outcome is Outcome.PASSED:
            yield Line("holds", finding.claim)
    for finding in verdict.findings:
        if finding.outcome is Outcome.FAILED:
            yield Line("does not hold", finding.claim)
            yield from _evidence(finding)
    for finding in verdict.findings:
        if finding.outcome is Outcome.ERROR:
            yield Line("could not check", finding.claim)
            yield from _evidence(finding)
    if verdict.feedback:
        yield Line("why" if verdict.passed else "try", verdict.feedback)
    if verdict.what_to_do:
        yield Line("do", verdict.what_to_do)


def _evidence(finding: Finding) -> Iterator[Line]:
    if finding.expected:
        yield Line("expected", finding.expected)
    if finding.observed:
        yield Line("found", finding.observed)
