"""``coursekit hint``: open the next hint, its price said before."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from coursekit.cli.naming import require_step, split_words
from coursekit.cli.output import say
from coursekit.errors import CourseError
from coursekit.practice.opening import open_practice


@click.command("hint")
@click.argument("words", nargs=-1, metavar="[EXERCISE] [STEP]")
@click.option("--yes", is_flag=True, help="Pay for the hint without being asked.")
@click.pass_obj
def command(course: Path | None, words: tuple[str, ...], yes: bool) -> None:
    """Open the next hint of STEP, or of the step that you are at."""
    with open_practice(course) as practice:
        exercise_id, rest = split_words(practice, words)
        exercise = practice.require_started(exercise_id)
        if rest:
            step_id = require_step(exercise, rest[0])
        else:
            current = practice.standing(exercise_id).current
            if current is None:
                raise CourseError("Every step has passed: there is nothing left to hint at.")
            step_id = current.outline.id
        for number, hint in enumerate(practice.opened_hints(exercise_id, step_id), start=1):
            say(f"Hint {number} (open already): {hint.text}")
        coming = practice.next_hint(exercise_id, step_id)
        if coming is None and exercise.step(step_id).hints:
            say("There are no further hints for this step.")
            return
        if coming and coming.price and not yes:
            if not sys.stdin.isatty():
                raise CourseError(str(coming), f"To open it: coursekit hint {exercise_id} {step_id} --yes")
            if not click.confirm(f"{coming} Open it?", default=False):
                return
        opened = practice.hint(exercise_id, step_id)
        say(f"Hint {opened.level} of {opened.levels}: {opened.hint.text}")
