"""A verdict in words: what does not hold and what to try come first."""

from __future__ import annotations

from coursekit.model.verdict import Finding, Outcome, Verdict
from coursekit.practice.wording import verdict_lines

HOLDS = Finding(Outcome.PASSED, "the folder is there")
FIRST = Finding(Outcome.FAILED, "the file is there", "a file", "nothing is there")
SECOND = Finding(Outcome.FAILED, "the file holds a number", "a number", "no text at all")


def said(verdict: Verdict, advice: str = "") -> list[str]:
    return [f"{line.label}: {line.text}" for line in verdict_lines(verdict, advice)]


def test_the_advice_stands_right_below_what_does_not_hold() -> None:
    verdict = Verdict(Outcome.FAILED, (HOLDS, FIRST, SECOND), "Make it first.")
    assert said(verdict) == [
        "does not hold: the file is there",
        "does not hold: the file holds a number",
        "try: Make it first.",
        "expected: a file",
        "found: nothing is there",
        "holds: the folder is there",
    ]


def test_what_waits_is_told_after_what_is_to_be_mended_and_is_no_failure() -> None:
    waiting = [Finding(Outcome.SKIPPED, claim, "a file", "nothing is there") for claim in (FIRST.claim, "a", "b", "c")]
    assert said(Verdict(Outcome.FAILED, (HOLDS, FIRST, *waiting), "Make it first.")) == [
        "does not hold: the file is there",
        "try: Make it first.",
        "expected: a file",
        "found: nothing is there",
        "still to come: a",
        "still to come: b",
        "still to come: and 1 more",
        "holds: the folder is there",
    ]


def test_what_is_said_already_is_not_said_again() -> None:
    assert said(Verdict(Outcome.FAILED, (Finding(Outcome.FAILED, "`x` is a file", "a file", "a folder"),))) == [
        "does not hold: `x` is a file",
        "found: a folder",
    ]
    assert "found: nothing is there" not in said(Verdict(Outcome.FAILED, (FIRST,), "Look: nothing is there. Make it."))


def test_after_a_pass_comes_the_reason_and_no_advice() -> None:
    assert said(Verdict(Outcome.PASSED, (HOLDS,), "So it is."), "Ask.") == [
        "holds: the folder is there",
        "why: So it is.",
    ]
    assert said(Verdict(Outcome.FAILED, (FIRST,)), "Ask.")[1] == "try: Ask."
