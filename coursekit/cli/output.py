"""What the commands print: plain lines, words rather than colours, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

from coursekit.model.verdict import Outcome, Verdict
from coursekit.practice.wording import HEADLINES, counted, verdict_lines
from coursekit.shell.text import visible

if TYPE_CHECKING:
    from coursekit.model.exercise import Exercise

_COLOURS = {Outcome.PASSED: "green", Outcome.FAILED: "yellow", Outcome.ERROR: "red", Outcome.SKIPPED: None}


def say(text: str = "", *, colour: str | None = None, bold: bool = False) -> None:
    """Print a line; in colour only on a terminal that wants it (https://no-color.org)."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    click.echo(click.style(text, fg=colour, bold=bold) if wanted and (colour or bold) else text)


def say_json(data: Any) -> None:
    """Print data as JSON, for a program: in ASCII, as the name of a file may hold what no encoding can print."""
    click.echo(json.dumps(data, indent=2))


def say_verdict(title: str, verdict: Verdict, points: int) -> None:
    """Print a verdict: its headline, then everything it says, each line with its label."""
    gained = f", {counted(points, 'point')}" if verdict.passed and points else ""
    say(f"{title}: {HEADLINES[verdict.outcome]}{gained}", colour=_COLOURS[verdict.outcome], bold=True)
    for line in verdict_lines(verdict):
        say(wrapped(visible(line.text), f"  {line.label}: "))


def say_guide(exercise: Exercise, achieved: Collection[str] = ()) -> None:
    """Print the guide of an exercise, step by step, with its questions."""
    say(exercise.title, bold=True)
    say()
    say(exercise.introduction)
    for number, step in enumerate(exercise.steps, start=1):
        say()
        say(f"Step {number}, {step.id}: {step.title}{' (passed)' if step.id in achieved else ''}", bold=True)
        say()
        say(step.guide)
        if step.question:
            say()
            say(step.question.ask)
            for item_number, item in enumerate(step.question.items, start=1):
                say(f"  {item_number}. {item}")
            say(f"{step.question.how} To answer: coursekit answer {step.id} …")


def say_finished(exercise: Exercise) -> None:
    """Say that all steps of an exercise have passed, and what it was good for."""
    say(f"All steps of {exercise.id} have passed.", bold=True)
    if exercise.learned:
        say(wrapped(visible(exercise.learned)))


def wrapped(text: str, label: str = "") -> str:
    """Text folded at 80 columns behind a label, its own line breaks kept."""
    lines = []
    for index, paragraph in enumerate(text.splitlines() or [""]):
        head = label if index == 0 else " " * len(label)
        folded = textwrap.wrap(
            paragraph, 80, initial_indent=head, subsequent_indent=" " * len(label), break_long_words=False
        )
        lines += folded or [head.rstrip()]
    return "\n".join(lines)
