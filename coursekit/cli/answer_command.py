"""``coursekit answer``: answer the question of a step, or read it."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.cli.naming import require_step, split_words
from coursekit.cli.output import say, say_finished, say_verdict
from coursekit.errors import CourseError, ExitCode
from coursekit.practice.opening import open_practice


@click.command("answer")
@click.argument("words", nargs=-1, metavar="[EXERCISE] STEP [ANSWER]")
@click.pass_obj
def command(course: Path | None, words: tuple[str, ...]) -> int:
    """Answer the question of STEP. Without ANSWER the question is printed, and how to answer it.

    Your first answer decides about the points; you may answer again to learn.
    """
    with open_practice(course) as practice:
        exercise_id, rest = split_words(practice, words)
        exercise = practice.require_started(exercise_id)
        if not rest:
            asking = ", ".join(step.id for step in exercise.steps if step.question) or "none"
            raise CourseError("Which question?", f"Steps of {exercise_id} that ask one: {asking}")
        step_id = require_step(exercise, rest[0])
        step = exercise.step(step_id)
        if len(rest) == 1 and step.question:
            say(step.question.ask)
            for number, item in enumerate(step.question.items, start=1):
                say(f"  {number}. {item}")
            say(f"{step.question.how} To answer: coursekit answer {exercise_id} {step_id} …")
            return ExitCode.ALL_PASSED
        was_finished = practice.standing(exercise_id).current is None
        verdict = practice.answer(exercise_id, step_id, " ".join(rest[1:]))
        standing = practice.standing(exercise_id)
        say_verdict(step.title, verdict, standing.step(step_id).points)
        if standing.current is None and not was_finished:
            say()
            say_finished(exercise)
            say(f"{standing.in_words}.")
        return ExitCode.ALL_PASSED if verdict.passed else ExitCode.NOT_ALL_PASSED
