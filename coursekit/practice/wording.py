"""A verdict in words, in the one order in which the command line and the app say it.

What does not hold, what to try next, what was expected and found in its place, what is still to come, and last
what holds already.
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


_TOLD = 2
"""So many things that do not hold, or that wait, are told: the advice below them must be in sight."""


def verdict_lines(verdict: Verdict, advice: str = "") -> Iterator[Line]:
    """What a verdict says beyond its headline. ``advice`` is what can always be tried after a failure.

    Of several things that do not hold, the first is told with what was found: the others often follow from it.
    """
    failed, waiting, unseen = (
        [finding for finding in verdict.findings if finding.outcome is outcome]
        for outcome in (Outcome.FAILED, Outcome.SKIPPED, Outcome.ERROR)
    )
    amiss, to_come = (list(dict.fromkeys(finding.claim for finding in found)) for found in (failed, waiting))
    yield from _claims("does not hold", amiss)
    if verdict.feedback and not verdict.passed:
        yield Line("try", verdict.feedback)
    if advice and verdict.outcome is Outcome.FAILED:
        yield Line("try", advice)
    for finding in failed[:1]:
        yield from _evidence(finding, verdict.feedback)
    yield from _claims("still to come", [claim for claim in to_come if claim not in amiss])
    for finding in unseen:
        yield Line("could not check", finding.claim)
        yield from _evidence(finding)
    for finding in verdict.findings:
        if finding.outcome is Outcome.PASSED:
            yield Line("holds", finding.claim)
    if verdict.feedback and verdict.passed:
        yield Line("why", verdict.feedback)
    if verdict.what_to_do:
        yield Line("do", verdict.what_to_do)


def _claims(label: str, claims: Sequence[str]) -> Iterator[Line]:
    """The first of them, and how many more there are."""
    for claim in claims[:_TOLD]:
        yield Line(label, claim)
    if len(claims) > _TOLD:
        yield Line(label, f"and {len(claims) - _TOLD} more")


def _evidence(finding: Finding, said: str = "") -> Iterator[Line]:
    """What was expected and found, but for what has been said already."""
    if finding.expected and finding.expected not in finding.claim:
        yield Line("expected", finding.expected)
    if finding.observed and finding.observed not in said:
        yield Line("found", finding.observed)
