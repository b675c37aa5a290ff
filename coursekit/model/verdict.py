"""What a check found: outcomes, findings with evidence, and the verdict on a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """The four outcomes. The words are pytest's."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """A step that this one needs has not passed yet. In a finding: it waits for what has failed before it."""
    ERROR = "error"
    """Could not check. Never the student's fault, never a zero."""


@dataclass(frozen=True)
class CommandRecord:
    """One command that a check ran, as evidence."""

    command: str
    exit_status: int | None
    """None when it did not end by itself: stopped at a limit or cancelled."""
    output: str
    """Bounded, decoded with replacement, control sequences made visible."""
    seconds: float


@dataclass(frozen=True)
class Finding:
    """One fact that was looked at.

    ``claim`` says in the student's words what should be true; ``expected`` and ``observed`` are shown when
    it is not.
    """

    outcome: Outcome
    claim: str
    expected: str = ""
    observed: str = ""
    commands: tuple[CommandRecord, ...] = ()
    undecided: bool = False
    """It failed because a command did not come to its end: under ``not`` that proves nothing."""


@dataclass(frozen=True)
class Verdict:
    """The judgement on one step at one moment."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    feedback: str = ""
    """What the exercise says about this failure: the first ``diagnose`` branch that holds."""
    what_to_do: str = ""
    """For ERROR and SKIPPED: the next action."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """The verdict that ``to_json`` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        findings = tuple(
            Finding(
                outcome=Outcome(finding["outcome"]),
                claim=finding["claim"],
                expected=finding["expected"],
                observed=finding["observed"],
                commands=tuple(CommandRecord(**command) for command in finding["commands"]),
                undecided=finding["undecided"],
            )
            for finding in data["findings"]
        )
        return cls(
            outcome=Outcome(data["outcome"]),
            findings=findings,
            feedback=data["feedback"],
            what_to_do=data["what_to_do"],
            seconds=data["seconds"],
        )
