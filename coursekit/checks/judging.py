"""How findings combine: all, any, not; a whole step with its needs, its retries, its diagnoses."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from coursekit.checks.context import CheckContext
from coursekit.checks.inside import UNREACHABLE, NotThere, inside
from coursekit.model.check import All, AnyOf, Check, Inside, Not, Single
from coursekit.model.exercise import Step
from coursekit.model.verdict import Finding, Outcome, Verdict

_PAUSE = 0.25
"""Seconds between two tries of a check that may be tried again."""

Judgement = tuple[Outcome, tuple[Finding, ...]]


def judge(check: Check, context: CheckContext) -> Judgement:
    """The outcome of a check, and what was found on the way to it."""
    match check:
        case Single(settings=settings, claim=claim):
            finding = _looked(settings, context)
            if claim:
                finding = replace(finding, claim=claim, expected="")
            return finding.outcome, (finding,)
        case All(parts):
            return _all([judge(part, context) for part in parts])
        case AnyOf(parts):
            return _any(parts, context)
        case Not(part):
            return _not(part, judge(replace(part, claim="") if isinstance(part, Single) else part, context))
        case Inside(kind, name, part):
            return _inside(kind, name, part, context)


def _inside(kind: Literal["container", "guest"], name: str, part: Check, context: CheckContext) -> Judgement:
    """The part, judged with the inside as the place where it looks."""
    claim = f"one can look into the {kind} `{name}`"
    try:
        with inside(kind, name, context) as (place, asked):
            outcome, findings = judge(part, replace(context, place=place))
    except NotThere as missing:
        return Outcome.FAILED, (Finding(Outcome.FAILED, claim, missing.expected, missing.observed, missing.asked),)
    except UNREACHABLE as problem:
        return Outcome.ERROR, (Finding(Outcome.ERROR, claim, "", str(problem)),)
    return outcome, tuple(
        replace(finding, claim=f"in `{name}`: {finding.claim}", commands=(asked, *finding.commands))
        for finding in findings
    )


def _looked(settings: object, context: CheckContext) -> Finding:
    """One look. A fault in the check itself is an ERROR: never the student's fault."""
    try:
        finding: Finding = settings.judge(context)  # type: ignore[attr-defined]
    except UNREACHABLE as problem:  # what was being looked into has stopped answering
        return Finding(Outcome.ERROR, "one can look there", "", str(problem))
    except Exception as error:  # whatever it is, it must not become a pass, a failure or a crash
        return Finding(Outcome.ERROR, "the check itself works", "", f"{type(error).__name__}: {error}")
    return finding


def _all(judgements: list[Judgement]) -> Judgement:
    findings = tuple(finding for _, part in judgements for finding in part)
    outcomes = {outcome for outcome, _ in judgements}
    for outcome in (Outcome.FAILED, Outcome.ERROR):
        if outcome in outcomes:
            return outcome, findings
    return Outcome.PASSED, findings


def _any(parts: tuple[Check, ...], context: CheckContext) -> Judgement:
    judgements = []
    for part in parts:
        outcome, findings = judge(part, context)
        if outcome is Outcome.PASSED:
            return outcome, findings
        judgements.append((outcome, findings))
    findings = tuple(finding for _, part in judgements for finding in part)
    errors = any(outcome is Outcome.ERROR for outcome, _ in judgements)
    return (Outcome.ERROR if errors else Outcome.FAILED), findings


def _not(part: Check, judgement: Judgement) -> Judgement:
    outcome, findings = judgement
    if outcome is Outcome.ERROR:
        return judgement
    denied = _denied(part)
    if outcome is Outcome.FAILED:
        commands = tuple(command for finding in findings for command in finding.commands)
        return Outcome.PASSED, (Finding(Outcome.PASSED, denied, commands=commands),)
    return Outcome.FAILED, tuple(
        Finding(Outcome.FAILED, denied, observed=finding.observed or finding.claim, commands=finding.commands)
        for finding in findings
    )


def _denied(part: Check) -> str:
    """What should be true when a check stands inside ``not``."""
    match part:
        case Single(settings=settings, claim=claim):
            return claim or str(settings.denial())
        case Inside(_, name, inner):
            return f"in `{name}`: {_denied(inner)}"
    return "that is not so"


def judge_step(step: Step, context: CheckContext, passed: Collection[str], titles: dict[str, str]) -> Verdict:
    """The verdict on a step. ``passed`` holds the ids of the steps that have been achieved."""
    began = time.monotonic()
    waiting = [titles.get(needed, needed) for needed in step.needs if needed not in passed]
    if waiting:
        listed = ", ".join(f"“{title}”" for title in waiting)
        return Verdict(Outcome.SKIPPED, what_to_do=f"First finish {listed}.")
    context = replace(context, step=step.id, deadline=began + step.limit)
    outcome, findings = judge(step.check, context)
    while outcome is Outcome.FAILED and time.monotonic() - began + _PAUSE < min(step.retry, step.limit):
        time.sleep(_PAUSE)
        outcome, findings = judge(step.check, context)
    feedback = _diagnosed(step, context, findings) if outcome is Outcome.FAILED else ""
    what_to_do = "Try again in a moment; if it stays so, tell your instructor." if outcome is Outcome.ERROR else ""
    return Verdict(outcome, findings, feedback, what_to_do, time.monotonic() - began)


def _diagnosed(step: Step, context: CheckContext, findings: tuple[Finding, ...]) -> str:
    """What the first diagnosis that holds says about a failure."""
    if (question := step.question) is not None:
        given = context.answers.get(step.id)
        return question.mark(given).because if given is not None else ""
    observed = next((finding.observed for finding in findings if finding.outcome is Outcome.FAILED), "")
    for diagnosis in step.diagnose:
        outcome, _ = judge(diagnosis.when, context)
        if outcome is Outcome.PASSED:
            return diagnosis.say.replace("{observed}", observed)
    return ""
