"""``coursekit check``: judge the steps of an exercise, in the environment that the command was called in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from coursekit.checker.checking import check_steps
from coursekit.cli.naming import require_step, split_words
from coursekit.cli.output import say, say_finished, say_json, say_verdict
from coursekit.errors import ExitCode
from coursekit.model.exercise import Exercise
from coursekit.model.verdict import Outcome, Verdict
from coursekit.practice.chart import draw_table
from coursekit.practice.opening import open_practice
from coursekit.practice.practice import Practice
from coursekit.shell.student import this_terminal
from coursekit.shell.tree import become_subreaper

_CHART_WIDTH = 70
"""Columns."""


@click.command("check")
@click.argument("words", nargs=-1, metavar="[EXERCISE] [STEP]")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def command(course: Path | None, words: tuple[str, ...], as_json: bool) -> int:
    """Check the steps of EXERCISE that have not passed yet, or one STEP.

    Without EXERCISE: the one in whose folder you stand, else the one you worked on last. What must be active in your
    shell is judged by the terminal that you type this in.
    """
    become_subreaper()
    with open_practice(course) as practice:
        exercise_id, rest = split_words(practice, words)
        exercise = practice.require_started(exercise_id)
        if len(rest) > 1:
            raise click.UsageError(f"Too many words: {' '.join(rest)}")
        steps = [require_step(exercise, rest[0])] if rest else _open_steps(practice, exercise)
        verdicts = _check(practice, exercise, steps, quiet=as_json)
        if as_json:
            standing = practice.standing(exercise_id)
            say_json(
                {
                    "exercise": exercise_id,
                    "points": standing.points,
                    "of": exercise.points,
                    "steps": {step: verdict.to_json() for step, verdict in verdicts.items()},
                }
            )
        elif not rest:
            _say_summary(practice, exercise)
        return _exit_code(verdicts)


def _open_steps(practice: Practice, exercise: Exercise) -> list[str]:
    achieved = practice.standing(exercise.id).achieved
    return [step.id for step in exercise.steps if step.id not in achieved]


def _check(practice: Practice, exercise: Exercise, steps: Sequence[str], *, quiet: bool) -> dict[str, Verdict]:
    last_reset = practice.last_reset(exercise.id)
    standing = practice.standing(exercise.id)
    verdicts: dict[str, Verdict] = {}
    checking = check_steps(
        exercise,
        steps,
        workspace=practice.workspace(exercise.id),
        shell=this_terminal(),
        answers=practice.answers(exercise.id),
        passed=standing.achieved,
        ledger=practice.home.ledger,
    )
    asked = True
    for step_id, verdict in checking:
        practice.refuse_outdated(exercise.id, last_reset)
        verdicts[step_id] = verdict
        practice.record(exercise.id, step_id, verdict, asked=asked)
        if verdict.outcome is Outcome.FAILED:
            asked = False  # only the first step that fails was meant; the later ones are not attempts
        if not quiet:
            worth = practice.standing(exercise.id).step(step_id).worth
            say_verdict(exercise.step(step_id).title, verdict, worth)
            _say_chart(practice.workspace(exercise.id), exercise.step(step_id).plot)
    return verdicts


def _say_chart(workspace: Path, table: str) -> None:
    """What a step has measured, as bars, if it measures and the table is there."""
    if table:
        for line in draw_table(workspace / table, _CHART_WIDTH):
            say(f"  {line}")


def _say_summary(practice: Practice, exercise: Exercise) -> None:
    standing = practice.standing(exercise.id)
    say()
    if standing.current is None:
        say_finished(exercise)
    say(f"{standing.in_words}.")


def _exit_code(verdicts: dict[str, Verdict]) -> ExitCode:
    outcomes = {verdict.outcome for verdict in verdicts.values()}
    if Outcome.ERROR in outcomes:
        return ExitCode.COULD_NOT_CHECK
    return ExitCode.ALL_PASSED if outcomes <= {Outcome.PASSED} else ExitCode.NOT_ALL_PASSED
