"""``coursekit start``: make the workspace and say what to do first."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.cli.naming import split_words
from coursekit.cli.output import say, say_json
from coursekit.practice.opening import open_practice


@click.command("start")
@click.argument("exercise", required=False)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def command(course: Path | None, exercise: str | None, as_json: bool) -> None:
    """Start EXERCISE, or go on with it: its folder is made, and its guide is printed."""
    with open_practice(course) as practice:
        if exercise:
            exercise_id = practice.outline(exercise.strip("/")).id
        else:
            exercise_id, _ = split_words(practice, [])
        started = practice.start(exercise_id)
        folder = practice.workspace(exercise_id)
        standing = practice.standing(exercise_id)
        if as_json:
            current = standing.current
            say_json(
                {
                    "exercise": exercise_id,
                    "workspace": str(folder),
                    "current": current.outline.id if current else None,
                    "values": dict(started.values),
                }
            )
            return
        say(started.title, bold=True)
        say()
        say(started.introduction)
        for number, step in enumerate(started.steps, start=1):
            done = " (passed)" if standing.step(step.id).achieved else ""
            say()
            say(f"Step {number}, {step.id}: {step.title}{done}", bold=True)
            say()
            say(step.guide)
            if step.question:
                say()
                say(step.question.ask)
                for item_number, item in enumerate(step.question.items, start=1):
                    say(f"  {item_number}. {item}")
                say(f"{step.question.how} To answer: coursekit answer {step.id} …")
        say()
        say(f"Your folder: {folder}", bold=True)
        say(f"Go there with: cd {folder}")
        say("Then check your work at any time with: coursekit check")
