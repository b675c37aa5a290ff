"""How findings combine: all, any, not; a whole step with its needs, its retries, its diagnoses."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from coursekit.checks.context import CheckContext
from coursekit.checks.inside import UNREACHABLE, NotThere, inside
from coursekit.checks.kind import not_there
from coursekit.model.check import All, AnyOf, Check, Inside, Not, Single
from coursekit.model.exercise import Step
from coursekit.model.verdict import Finding, Outcome, Verdict

_PAUSE = 0.25
"""Seconds between two tries of a check that may be tried again."""

Judgement = tuple[Outcome, tuple[Finding, ...]]


def judge(check: Check, context: CheckContext) -> Judgement:
    """The outcome of a check, and what was found on the way to it.

    What is not there yet has failed, unless something before it has: then it waits for that.
    """
    outcome, findings = _judge(check, context)
    settled: list[Finding] = []
    failed = False
    for finding in findings:
        if finding.outcome is Outcome.SKIPPED and not failed:
            finding = replace(finding, outcome=Outcome.FAILED)
        failed = failed or finding.outcome is Outcome.FAILED
        settled.append(finding)
    return outcome, tuple(settled)


def _judge(check: Check, context: CheckContext) -> Judgement:
    """The same, with all that is not there as SKIPPED among the findings."""
    match check:
        case Single(settings=settings, claim=claim):
            finding = _looked(settings, context)
            if claim:
                finding = replace(finding, claim=claim, expected="")
            return Outcome.FAILED if finding.outcome is Outcome.SKIPPED else finding.outcome, (finding,)
        case All(parts):
            return _all([_judge(part, context) for part in parts])
        case AnyOf(parts):
            return _any(parts, context)
        case Not(part):
            return _not(part, _judge(replace(part, claim="") if isinstance(part, Single) else part, context))
        case Inside(kind, name, part):
            return _inside(kind, name, part, context)


def _inside(kind: Literal["container", "guest"], name: str, part: Check, context: CheckContext) -> Judgement:
    """The part, judged with the inside as the place where it looks."""
    claim = f"one can look into the {kind} `{name}`"
    try:
        with inside(kind, name, context) as (place, asked):
            outcome, findings = _judge(part, replace(context, place=place))
    except NotThere as missing:
        return Outcome.FAILED, (not_there(claim, missing.expected, missing.observed, missing.asked),)
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
    """One that holds is enough. When none does, that is one failure, and not one for each."""
    judgements = []
    for part in parts:
        outcome, findings = _judge(part, context)
        if outcome is Outcome.PASSED:
            return outcome, findings
        judgements.append((outcome, findings))
    found = [finding for _, findings in judgements for finding in findings if finding.outcome is not Outcome.PASSED]
    unclear = tuple(finding for finding in found if finding.outcome is Outcome.ERROR)
    if any(outcome is Outcome.ERROR for outcome, _ in judgements):
        return Outcome.ERROR, unclear
    claims = dict.fromkeys(" and ".join(one.claim for one in findings if one in found) for _, findings in judgements)
    missing = all(finding.outcome is Outcome.SKIPPED for finding in found)
    return Outcome.FAILED, (
        Finding(
            Outcome.SKIPPED if missing else Outcome.FAILED,
            f"either {', or '.join(claims)}" if len(claims) > 1 else "".join(claims),
            observed=next((finding.observed for finding in found if finding.observed), ""),
            commands=tuple(command for finding in found for command in finding.commands),
            undecided=any(finding.undecided for finding in found),
        ),
    )


def _not(part: Check, judgement: Judgement) -> Judgement:
    outcome, findings = judgement
    if outcome is Outcome.ERROR:
        return judgement
    denied = _denied(part)
    if outcome is Outcome.FAILED:
        reasons = [finding for finding in findings if finding.outcome is not Outcome.PASSED]
        if reasons and all(finding.undecided for finding in reasons):
            return Outcome.ERROR, tuple(replace(finding, outcome=Outcome.ERROR) for finding in reasons)
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
    context = replace(context, step=step.id, began=began, deadline=began + step.limit)
    outcome, findings = judge(step.check, context)
    while outcome is Outcome.FAILED and time.monotonic() - began + _PAUSE < min(step.retry, step.limit):
        time.sleep(_PAUSE)
        outcome, findings = judge(step.check, context)
    feedback = _diagnosed(step, context, findings) if outcome is Outcome.FAILED else ""
    what_to_do = "Try again in a moment; if it stays so, tell your instructor." if outcome is Outcome.ERROR else ""
    return Verdict(outcome, findings, feedback, what_to_do, time.monotonic() - began)


def _diagnosed(step: Step, context: CheckContext, findings: tuple[Finding, ...]) -> str:
    """What the first diagnosis that holds says about a failure. They have the time of a check for themselves."""
    context = replace(context, deadline=time.monotonic() + step.limit)
    if (question := step.question) is not None:
        given = context.answers.get(step.id)
        return question.mark(given).because if given is not None else ""
    observed = next((finding.observed for finding in findings if finding.outcome is Outcome.FAILED), "")
    for diagnosis in step.diagnose:
        outcome, _ = judge(diagnosis.when, context)
        if outcome is Outcome.PASSED:
            return diagnosis.say.replace("{observed}", observed)
    return ""
