"""``coursekit status``: where the student stands in one exercise. What is printed comes from the store alone."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.cli.naming import split_words
from coursekit.cli.output import say, say_json
from coursekit.practice.opening import open_practice
from coursekit.practice.standing import StepStanding
from coursekit.practice.wording import counted


@click.command("status")
@click.argument("exercise", required=False)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def command(course: Path | None, exercise: str | None, as_json: bool) -> None:
    """Show where you stand in EXERCISE, step by step."""
    with open_practice(course) as practice:
        exercise_id, _ = split_words(practice, [exercise] if exercise else [])
        if exercise:
            exercise_id = practice.outline(exercise.strip("/")).id
        standing = practice.standing(exercise_id)
        if as_json:
            say_json(
                {
                    "exercise": exercise_id,
                    "state": str(standing.state),
                    "points": standing.points,
                    "of": standing.exercise.points,
                    "workspace": str(practice.workspace(exercise_id)),
                    "steps": [_step_json(step) for step in standing.steps],
                }
            )
            return
        say(f"{exercise_id}: {standing.exercise.title}", bold=True)
        for number, step in enumerate(standing.steps, start=1):
            say(f"  {number}. {_step_words(step)}", colour="green" if step.achieved else None)
        say(f"{standing.in_words}.")
        if not standing.started:
            say(f"To start it: coursekit start {exercise_id}")
        elif standing.current:
            say(f"Next: {standing.current.outline.id}. Your folder: {practice.workspace(exercise_id)}")


def _step_words(step: StepStanding) -> str:
    state = "passed" if step.achieved else "open"
    points = f"{step.points} of {counted(step.outline.points, 'point')}"
    hints = f", {counted(step.hints_opened, 'hint')} opened" if step.hints_opened else ""
    return f"{step.outline.title} ({step.outline.id}): {state}, {points}{hints}"


def _step_json(step: StepStanding) -> dict[str, object]:
    return {
        "id": step.outline.id,
        "title": step.outline.title,
        "achieved": step.achieved,
        "points": step.points,
        "of": step.outline.points,
        "hints_opened": step.hints_opened,
        "failed_attempts": step.failed_attempts,
    }
