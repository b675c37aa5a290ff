"""``coursekit shell``: the student's own shell in an exercise's folder, in this terminal."""

from __future__ import annotations

import os
from pathlib import Path

import click

from coursekit.cli.naming import split_words
from coursekit.cli.output import say
from coursekit.practice.opening import open_practice


@click.command("shell")
@click.argument("exercise", required=False)
@click.pass_obj
def command(course: Path | None, exercise: str | None) -> None:
    """Open your own shell in the folder of EXERCISE. Check with `coursekit check`, leave with `exit`."""
    from coursekit.shell.student import student_shell_program
    from coursekit.supplies.wheels import with_wheels

    with open_practice(course) as practice:
        exercise_id, _ = split_words(practice, [exercise] if exercise else [])
        practice.start(exercise_id)
        folder = practice.workspace(exercise_id)
        wheels = practice.home.wheels
    program = student_shell_program(os.environ)
    say(f"{program} in {folder}. Check with: coursekit check. Leave with: exit")
    os.chdir(folder)
    os.execvpe(program, [program], with_wheels(os.environ, wheels))
