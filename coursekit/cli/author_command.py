"""``coursekit author``: the tools of those who write exercises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursekit.cli.output import say, say_guide, say_json, wrapped
from coursekit.course.problems import did_you_mean
from coursekit.errors import CourseError, ExitCode
from coursekit.model.course import Course
from coursekit.practice.wording import counted

if TYPE_CHECKING:
    from coursekit.rehearsal.rehearsal import Report


@click.group("author")
def command() -> None:
    """For authors: make, read, and prove exercises."""


@command.command("new")
@click.argument("exercise")
@click.pass_obj
def new(course: Path | None, exercise: str) -> None:
    """Make a new EXERCISE, such as venv/first-steps: commented, and working but for two blanks."""
    from coursekit.course.locate import find_course
    from coursekit.course.scaffold import make_exercise

    folder = make_exercise(find_course(course), exercise.strip("/"))
    say(f"Made: {folder}", bold=True)
    say("1. Fill in the two blanks at the top of exercise.yaml.")
    say(f"2. Name it in the lab.yaml of its lab, below `items:`, with the line:  - exercise: {exercise.strip('/')}")
    say(f"3. Prove it: coursekit author test {exercise.strip('/')}")


@command.command("lint")
@click.argument("exercises", nargs=-1)
@click.pass_obj
def lint(course: Path | None, exercises: tuple[str, ...]) -> int:
    """Find what is wrong or missing in the files of EXERCISES, or of all, without playing them."""
    from coursekit.practice.opening import open_course
    from coursekit.rehearsal.lint import lint as lint_exercise

    outline = open_course(course)
    chosen = _chosen(outline, exercises)
    complaints = [line for exercise in chosen for line in lint_exercise(outline.folder, exercise)]
    in_labs = {exercise.id for exercise in outline.exercises}
    for path in sorted(outline.folder.glob("exercises/*/*/exercise.yaml")) if not exercises else ():
        name = path.parent.relative_to(outline.folder / "exercises").as_posix()
        if name not in in_labs:
            complaints.append(f"exercises/{name}: no lab names this exercise")
    for complaint in complaints:
        say(complaint)
    say(f"{counted(len(chosen), 'exercise')}: {counted(len(complaints), 'complaint')}.", bold=True)
    return ExitCode.USAGE if complaints else ExitCode.ALL_PASSED


@command.command("schema")
@click.argument("file", type=click.Choice(["exercise", "solution", "wrong", "lab", "course"]), default="exercise")
def schema(file: str) -> None:
    """Print the JSON Schema of a FILE of the course, for editors that know YAML."""
    from coursekit.checks import KINDS
    from coursekit.course.schema import schemas

    say_json(schemas(KINDS)[file])
    click.echo(
        f"To switch it on: coursekit author schema {file} > {file}.schema.json, and in the first line of the file:\n"
        f"# yaml-language-server: $schema=PATH/TO/{file}.schema.json",
        err=True,
    )


@command.command("preview")
@click.argument("exercise")
@click.pass_obj
def preview(course: Path | None, exercise: str) -> None:
    """Print the guide of EXERCISE as a student sees it, with sample values, and its hints."""
    from coursekit.checks import KINDS
    from coursekit.course.exercises import read_exercise
    from coursekit.practice.opening import open_course

    outline = open_course(course)
    [exercise_id] = _chosen(outline, (exercise,))[:1]
    read = read_exercise(outline.folder, exercise_id, kinds=KINDS)
    say_guide(read)
    for step in read.steps:
        for number, hint in enumerate(step.hints, start=1):
            cost = f" ({counted(hint.cost, 'point')})" if hint.cost else ""
            say(wrapped(hint.text, f"{step.id}, hint {number}{cost}: "))
    if read.learned:
        say(wrapped(read.learned, "learned: "))


def _chosen(course: Course, words: tuple[str, ...]) -> list[str]:
    """The exercises that were named, singly or by their technology; without words all.

    Raises CourseError for a word that names none.
    """
    chosen = set() if words else {exercise.id for exercise in course.exercises}
    for word in words:
        named = {one.id for one in course.exercises if word.strip("/") in (one.id, one.technology)}
        if not named:
            guess = did_you_mean(word, [exercise.id for exercise in course.exercises])
            raise CourseError(f"There is no exercise {word!r}.{guess}", "Name one, or a technology.")
        chosen |= named
    return [exercise.id for exercise in course.exercises if exercise.id in chosen]


@command.command("test")
@click.argument("exercises", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every exercise of the course, when none is named.")
@click.option("--jobs", default=1, show_default=True, help="So many exercises at once.")
@click.pass_obj
def test(course: Path | None, exercises: tuple[str, ...], every: bool, jobs: int) -> int:
    """Prove that the checks of EXERCISES are right, by doing them.

    On the untouched start every step fails; after the solution's own step it passes; every typical mistake fails at
    the step it names, with the feedback it names; nothing is left behind. EXERCISES may be a technology: venv.
    """
    from coursekit.practice.opening import open_course
    from coursekit.rehearsal.several import rehearse_several

    if not exercises and not every:
        raise CourseError("Which exercises?", "Name one, or a technology, or give --all.")
    outline = open_course(course)
    chosen = _chosen(outline, exercises)
    reports = []
    for report in rehearse_several(outline.folder, chosen, jobs, say):
        reports.append(report)
        for complaint in report.complaints:
            say(f"  WRONG  {complaint}", colour="red")
        if report.lacking:
            say(f"  NOT HERE  {report.lacking}", colour="yellow")
    return _say_outcome(reports)


def _say_outcome(reports: Sequence[Report]) -> ExitCode:
    """What was tested, and what could not be here."""
    tested = [report for report in reports if not report.lacking]
    complaints = sum(len(report.complaints) for report in tested)
    say()
    if tested:
        diagnoses = sum(report.diagnoses for report in tested)
        parts = (
            counted(len(tested), "exercise"),
            counted(sum(report.steps for report in tested), "step"),
            counted(sum(report.ways for report in tested), "other way"),
            counted(sum(report.mistakes for report in tested), "typical mistake"),
            "1 diagnosis" if diagnoses == 1 else f"{diagnoses} diagnoses",
        )
        found = f"{counted(complaints, 'complaint')}." if complaints else "all as it should be."
        say(f"{', '.join(parts)}: {found}", bold=True)
    if lacking := len(reports) - len(tested):
        say(f"{counted(lacking, 'exercise')} could not be tested here.", bold=True)
    if complaints:
        return ExitCode.NOT_ALL_PASSED
    return ExitCode.TOOL_MISSING if lacking else ExitCode.ALL_PASSED
