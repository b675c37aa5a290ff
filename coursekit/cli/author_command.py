"""``coursekit author``: the tools of those who write exercises."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.cli.output import say
from coursekit.errors import CourseError, ExitCode
from coursekit.practice.wording import counted


@click.group("author")
def command() -> None:
    """For authors: test the exercises."""


@command.command("test")
@click.argument("exercises", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every exercise of the course.")
@click.pass_obj
def test(course: Path | None, exercises: tuple[str, ...], every: bool) -> int:
    """Prove that the checks of EXERCISES are right, by doing them.

    On the untouched start every step fails; after the solution's own step it passes; every typical mistake fails at
    the step it names, with the feedback it names; nothing is left behind. EXERCISES may be a technology: venv.
    """
    from coursekit.practice.opening import open_course
    from coursekit.rehearsal.rehearsal import Report, rehearse

    outline = open_course(course)
    chosen = [
        exercise.id
        for exercise in outline.exercises
        if every or any(word.strip("/") in (exercise.id, exercise.technology) for word in exercises)
    ]
    if not chosen:
        raise CourseError("Which exercises?", "Name one, or a technology, or give --all.")
    reports: list[Report] = []
    for exercise_id in chosen:
        say(f"{exercise_id}:", bold=True)
        report = rehearse(outline.folder, exercise_id, say)
        reports.append(report)
        for complaint in report.complaints:
            say(f"  WRONG  {complaint}", colour="red")
    steps = sum(report.steps for report in reports)
    mistakes = sum(report.mistakes for report in reports)
    complaints = sum(len(report.complaints) for report in reports)
    say()
    say(
        f"{counted(len(reports), 'exercise')}, {counted(steps, 'step')}, {counted(mistakes, 'typical mistake')}: "
        + (f"{counted(complaints, 'complaint')}." if complaints else "all as it should be."),
        bold=True,
    )
    return ExitCode.NOT_ALL_PASSED if complaints else ExitCode.ALL_PASSED
