"""How findings combine into a verdict."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from coursekit.checks.command import CommandCheck
from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CustomCheck
from coursekit.checks.file import FileCheck
from coursekit.checks.judging import judge, judge_step
from coursekit.checks.kind import Kind
from coursekit.model.check import All, AnyOf, Check, Inside, Not, Single
from coursekit.model.exercise import Diagnosis, Step
from coursekit.model.verdict import Finding, Outcome
from coursekit.shell.local import LocalPlace

PASSED, FAILED, ERROR, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


@dataclass(frozen=True)
class Fixed(Kind):
    """Finds what it was told to find."""

    outcome: Outcome

    def judge(self, context: CheckContext) -> Finding:
        return Finding(self.outcome, f"it is {self.outcome}", observed=f"seen {self.outcome}")

    def denial(self) -> str:
        return f"it is not {self.outcome}"


class Broken(Kind):
    """A kind with a bug."""

    def judge(self, context: CheckContext) -> Finding:
        raise RuntimeError("oh")


P, F, E = (Single("fixed", Fixed(outcome)) for outcome in (PASSED, FAILED, ERROR))
B = Single("broken", Broken())


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        (All((P, P)), PASSED),
        (All((P, F)), FAILED),
        (All((P, E)), ERROR),
        (All((E, F)), FAILED),
        (AnyOf((F, P)), PASSED),
        (AnyOf((E, P)), PASSED),
        (AnyOf((F, F)), FAILED),
        (AnyOf((F, E)), ERROR),
        (Not(P), FAILED),
        (Not(F), PASSED),
        (Not(E), ERROR),
        (Not(B), ERROR),
        (B, ERROR),
        (All((P, Not(AnyOf((F, F))))), PASSED),
    ],
)
def test_combinations(tmp_path: Path, check: Check, outcome: Outcome) -> None:
    with LocalPlace(tmp_path) as place:
        assert judge(check, CheckContext(place))[0] is outcome


def test_what_is_not_there_waits_for_what_has_failed_before_it(tmp_path: Path) -> None:
    """As long as nothing before it has failed, it is what has failed."""
    (tmp_path / "wrong").write_text("no\n")
    gone, wrong = Single("file", FileCheck("gone")), Single("file", FileCheck("wrong", contains="yes"))
    later = Single("command", CommandCheck("later/run"))
    with LocalPlace(tmp_path) as place:
        for check, outcomes in (
            (gone, [FAILED]),
            (All((gone, wrong, later)), [FAILED, FAILED, SKIPPED]),
            (All((P, gone, later)), [PASSED, FAILED, SKIPPED]),
            (All((P, later, All((gone, P)))), [PASSED, FAILED, SKIPPED, PASSED]),
            (All((F, AnyOf((gone, later)))), [FAILED, SKIPPED]),
            (All((F, AnyOf((gone, wrong)))), [FAILED, FAILED]),
            (All((F, Not(gone))), [FAILED, PASSED]),
            (All((F, Inside("guest", "nowhere", P))), [FAILED, SKIPPED]),
        ):
            outcome, findings = judge(check, CheckContext(place))
            assert outcome is FAILED
            assert [finding.outcome for finding in findings] == outcomes


def test_alternatives_of_which_none_holds_are_one_failure(tmp_path: Path) -> None:
    gone, other = Single("file", FileCheck("gone")), All((P, Single("file", FileCheck("other"))))
    with LocalPlace(tmp_path) as place:
        [finding] = judge(AnyOf((gone, other)), CheckContext(place))[1]
        assert finding.claim == "either `gone` is a file, or `other` is a file"
        assert finding.observed == "nothing is there"
        assert [finding.outcome for finding in judge(AnyOf((gone, P)), CheckContext(place))[1]] == [PASSED]
        assert [finding.outcome for finding in judge(AnyOf((gone, E)), CheckContext(place))[1]] == [ERROR]


def test_a_custom_check_says_when_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "check.py").write_text(
        "from coursekit.checks.custom import Missing\n\n\n"
        'def first(context):\n    """It is so."""\n    return "it is not"\n\n\n'
        'def then(context):\n    """It is there."""\n    return Missing("it is not there")\n'
    )
    check = All(tuple(Single("custom", CustomCheck(name)) for name in ("first", "then")))
    with LocalPlace(tmp_path) as place:
        _, findings = judge(check, CheckContext(place, exercise=str(tmp_path)))
    assert findings == (
        Finding(FAILED, "It is so", observed="it is not"),
        Finding(SKIPPED, "It is there", observed="it is not there"),
    )


def step(check: Check, **settings: object) -> Step:
    return Step("one", "One", 1, check, "", **settings)  # type: ignore[arg-type]


def test_a_step_waits_for_those_that_it_needs(tmp_path: Path) -> None:
    with LocalPlace(tmp_path) as place:
        verdict = judge_step(step(F, needs=("zero",)), CheckContext(place), (), {"zero": "Begin"})
        assert verdict.outcome is SKIPPED
        assert verdict.what_to_do == "First finish “Begin”."
        assert judge_step(step(P, needs=("zero",)), CheckContext(place), ("zero",), {}).passed


def test_the_first_diagnosis_that_holds_explains_the_failure(tmp_path: Path) -> None:
    diagnoses = (Diagnosis(F, "no"), Diagnosis(B, "no"), Diagnosis(P, "It was {observed}."), Diagnosis(P, "later"))
    with LocalPlace(tmp_path) as place:
        verdict = judge_step(step(All((P, F)), diagnose=diagnoses), CheckContext(place), (), {})
        assert verdict.feedback == "It was seen failed."
        assert judge_step(step(P, diagnose=diagnoses), CheckContext(place), (), {}).feedback == ""


def test_what_could_not_be_checked_says_what_to_do(tmp_path: Path) -> None:
    with LocalPlace(tmp_path) as place:
        verdict = judge_step(step(B), CheckContext(place), (), {})
    assert verdict.outcome is ERROR
    assert "RuntimeError: oh" in verdict.findings[0].observed
    assert verdict.what_to_do


def test_a_check_is_tried_again_while_something_may_still_be_starting(tmp_path: Path) -> None:
    began = time.monotonic()

    @dataclass(frozen=True)
    class Late(Kind):
        def judge(self, context: CheckContext) -> Finding:
            return Finding(PASSED if time.monotonic() - began > 0.4 else FAILED, "it has started")

    with LocalPlace(tmp_path) as place:
        assert judge_step(step(Single("late", Late()), retry=5), CheckContext(place), (), {}).passed
        assert not judge_step(step(F, retry=0.3), CheckContext(place), (), {}).passed
        assert time.monotonic() - began < 3


def test_a_verdict_survives_its_way_through_json(tmp_path: Path) -> None:
    with LocalPlace(tmp_path) as place:
        verdict = judge_step(step(Single("file", FileCheck("x", contains="y"))), CheckContext(place), (), {})
    assert type(verdict).from_json(verdict.to_json()) == verdict


def test_an_author_says_in_words_what_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("one\n")
    in_digits = Single("file", FileCheck("number", matches=r"\A\d+\n\Z"), "the number is in digits")
    in_words = Not(Single("file", FileCheck("number", matches="^[a-z]"), "the number is in digits"))
    with LocalPlace(tmp_path) as place:
        for check in (in_digits, in_words):
            [finding] = judge(check, CheckContext(place))[1]
            assert finding == Finding(FAILED, "the number is in digits", "", "one")


def test_without_words_a_pattern_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("one\n")
    with LocalPlace(tmp_path) as place:
        verdict = judge_step(step(Single("file", FileCheck("number", matches=r"\A\d+"))), CheckContext(place), (), {})
    assert r"\d" not in str(verdict.to_json())


def test_of_an_error_message_of_python_the_last_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import nothing_of_that_name\n")
    with LocalPlace(tmp_path) as place:
        [finding] = judge(Single("command", CommandCheck("python3 broken.py")), CheckContext(place))[1]
    assert finding.observed.startswith("exit status 1, and it said: ModuleNotFoundError: No module named")
    assert len(finding.observed.splitlines()) == 1


@pytest.mark.parametrize("line", ["sleep 600", "yes"])
def test_a_command_that_did_not_come_to_its_end_proves_nothing_under_not(tmp_path: Path, line: str) -> None:
    endless, missing = (Single("command", CommandCheck(words)) for words in (line, "no-such-program"))
    with LocalPlace(tmp_path) as place:
        for check, outcome in (
            (endless, FAILED),
            (Not(endless), ERROR),
            (Not(AnyOf((endless, F))), ERROR),
            (Not(All((endless, F))), PASSED),
            (Not(missing), PASSED),
        ):
            assert judge(check, CheckContext(place, deadline=time.monotonic() + 0.5))[0] is outcome, check


def test_a_program_that_gets_hardly_any_time_is_not_to_blame(tmp_path: Path) -> None:
    with LocalPlace(tmp_path) as place:
        now = time.monotonic()
        context = CheckContext(place, began=now - 1.0, deadline=now + 0.3)
        outcome, [finding] = judge(Single("command", CommandCheck("sleep 600")), context)
    assert (outcome, finding.observed[:40]) == (ERROR, "The time for this step was nearly over. ")


def test_of_alternatives_only_what_failed_is_told(tmp_path: Path) -> None:
    with LocalPlace(tmp_path) as place:
        outcome, [finding] = judge(AnyOf((All((P, F)), F)), CheckContext(place))
    assert (outcome, finding.claim, finding.observed) == (FAILED, "it is failed", "seen failed")
