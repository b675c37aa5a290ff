"""``coursekit list``: the course map in words."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.cli.output import say, say_json
from coursekit.model.course import Page
from coursekit.practice.opening import open_practice
from coursekit.practice.standing import Standing, State

_STATES = {State.NEW: "not started", State.STARTED: "started", State.FINISHED: "finished"}


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def command(course: Path | None, as_json: bool) -> None:
    """Show the course: labs, pages, exercises, points."""
    with open_practice(course) as practice:
        standings = practice.standings()
        if as_json:
            say_json(
                {
                    "title": practice.course.title,
                    "version": practice.course.version,
                    "labs": [
                        {
                            "id": lab.id,
                            "title": lab.title,
                            "minutes": lab.minutes,
                            "exercises": [_exercise_json(standings[exercise.id]) for exercise in lab.exercises],
                        }
                        for lab in practice.course.labs
                    ],
                }
            )
            return
        pages_read = practice.pages_read()
        say(practice.course.title, bold=True)
        for lab in practice.course.labs:
            say()
            say(f"{lab.id}: {lab.title} (about {lab.minutes} minutes)", bold=True)
            say(f"  {lab.summary}")
            if lab.needs.in_words:
                say(f"  It needs about {lab.needs.in_words}.")
            if lab.needs.fallback:
                say(f"  On a machine that lacks something: {lab.needs.fallback}")
            for item in lab.items:
                if isinstance(item, Page):
                    read = " (read)" if item.id in pages_read else ""
                    say(f"  page      {item.id}: {item.title}{read}", colour="green" if read else None)
                else:
                    _say_exercise(standings[item.id])


def _say_exercise(standing: Standing) -> None:
    exercise = standing.exercise
    state = _STATES[standing.state]
    colour = "green" if standing.state is State.FINISHED else None
    say(f"  exercise  {exercise.id}: {exercise.title} ({state}, {standing.in_words})", colour=colour)


def _exercise_json(standing: Standing) -> dict[str, object]:
    return {
        "id": standing.exercise.id,
        "title": standing.exercise.title,
        "minutes": standing.exercise.minutes,
        "state": str(standing.state),
        "points": standing.points,
        "of": standing.exercise.points,
    }
