"""The steps of an exercise with their state, in symbols and words."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from coursekit.practice.standing import Standing, StepStanding
from coursekit.practice.wording import counted
from coursekit.shell.text import visible


class StepList(Static):
    """One line per step, or a single line where there is little room."""

    DEFAULT_CSS = """
    StepList { width: 1fr; height: auto; padding: 0 1; margin-bottom: 1; }
    """

    def show(self, standing: Standing, viewed: str, *, compact: bool) -> None:
        """Show the steps; ``viewed`` is the id of the one whose guide is read."""
        line, between = (_short, " ") if compact else (_long, "\n")
        self.update(
            Content(between).join([line(number, step, viewed) for number, step in enumerate(standing.steps, 1)])
        )


def _long(number: int, step: StepStanding, viewed: str) -> Content:
    pointer = "▸" if step.outline.id == viewed else " "
    worth = f"{step.points}/{step.outline.points}" if step.achieved else counted(step.outline.points, "point")
    return Content.styled(
        f"{pointer} {_mark(step)} {number} {visible(step.outline.title)} ({worth})", _style(step, viewed)
    )


def _short(number: int, step: StepStanding, viewed: str) -> Content:
    here = step.outline.id == viewed
    text = f"▸{_mark(step)} {number} {visible(step.outline.title)}" if here else f" {_mark(step)} {number}"
    return Content.styled(text, _style(step, viewed))


def _mark(step: StepStanding) -> str:
    return "✓" if step.achieved else "○"


def _style(step: StepStanding, viewed: str) -> str:
    if step.achieved:
        return "bold $text-success"
    return "bold" if step.outline.id == viewed else ""
