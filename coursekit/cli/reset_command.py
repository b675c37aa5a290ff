"""``coursekit reset``: begin anew, with the work put aside."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.cli.naming import require_step, split_words
from coursekit.cli.output import say
from coursekit.errors import CourseError
from coursekit.practice.opening import open_practice


@click.command("reset")
@click.argument("words", nargs=-1, metavar="[EXERCISE] [STEP]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(course: Path | None, words: tuple[str, ...], yes: bool) -> None:
    """Begin EXERCISE anew: its folder is made again, with its first files.

    With STEP: only the first files are put back, and that step is open again. Your work is kept in a copy. Hints that
    you opened, and first answers, stay.
    """
    with open_practice(course) as practice:
        exercise_id, rest = split_words(practice, words)
        exercise = practice.exercise(exercise_id)
        if not practice.standing(exercise_id).started:
            raise CourseError(
                f"You have not started {exercise_id} yet: there is nothing to reset.",
                f"To start it: coursekit start {exercise_id}",
            )
        step_id = require_step(exercise, rest[0]) if rest else None
        what = f"the step {step_id} of {exercise_id}" if step_id else f"all of {exercise_id}"
        if not yes and not click.confirm(f"Begin {what} anew? A copy of your work is kept.", default=False):
            return
        kept = practice.reset(exercise_id, step_id)
        made = [] if step_id else practice.made(exercise_id)
        listed = ", ".join(map(str, made))
        if made and (yes or click.confirm(f"From before there is still {listed}. Remove that, too?", default=False)):
            for trouble in practice.remove_made(exercise_id, made):
                say(trouble)
        say(f"Ready: {practice.workspace(exercise_id)}")
        if kept:
            say(f"Your work is kept in {kept}")
        say(f"If a terminal stands in the old folder, go there again: cd {practice.workspace(exercise_id)}")
