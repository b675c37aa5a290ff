"""``coursekit start``: make the workspace and say what to do first."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.cli.naming import split_words
from coursekit.cli.output import say, say_guide, say_json
from coursekit.practice.opening import open_practice
from coursekit.practice.wording import missing_words


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
        missing = practice.missing_images(exercise_id)
        if as_json:
            current = standing.current
            say_json(
                {
                    "exercise": exercise_id,
                    "workspace": str(folder),
                    "current": current.outline.id if current else None,
                    "values": dict(started.values),
                    "missing_images": [image.name for image in missing],
                }
            )
            return
        say_guide(started, standing.achieved)
        say()
        say(f"Your folder: {folder}", bold=True)
        say(f"Go there with: cd {folder}")
        say("Then check your work at any time with: coursekit check")
        if missing:
            say()
            for line in missing_words(missing, practice.lab(exercise_id).id):
                say(line, bold=True)
