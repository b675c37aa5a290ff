"""The steps of an exercise with their state, in symbols and words."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from coursekit.practice.standing import Standing, StepStanding
from coursekit.practice.wording import counted
from coursekit.shell.text import visible

_LEAST = 20
"""Columns that the step whose guide is read keeps in the single line, with a sign for steps that do not fit."""
_WIDEST = 4
"""Columns of any other step there, with the space after it."""


class StepList(Static):
    """One line per step, or a single line for all of them where there is little room."""

    DEFAULT_CSS = """
    StepList { width: 1fr; height: auto; padding: 0 1; margin-bottom: 1; }
    """

    def show(self, standing: Standing, viewed: str, *, compact: bool) -> None:
        """Show the steps; ``viewed`` is the id of the one whose guide is read."""
        if compact:
            self.update(_single_line(standing, viewed, self.app.size.width - self.styles.padding.width))
            return
        lines = [_long(number, step, viewed) for number, step in enumerate(standing.steps, start=1)]
        self.update(Content("\n").join(lines))


def _single_line(standing: Standing, viewed: str, width: int) -> Content:
    """All steps, the viewed one with its title. What does not fit is drawn together, then shortened, then left out."""
    steps = list(enumerate(standing.steps, start=1))
    whole = Content(" ").join([_short(number, step, viewed) for number, step in steps])
    if whole.cell_length <= width:
        return whole
    at = [step.outline.id for _, step in steps].index(viewed)
    beside = max(0, width - _LEAST) // _WIDEST
    first = max(0, min(at - beside // 2, len(steps) - 1 - beside))
    shown = steps[first : first + beside + 1]
    parts = [_short(number, step, viewed, space="") for number, step in shown]
    before, after = [Content("…")] * (shown[0] != steps[0]), [Content("…")] * (shown[-1] != steps[-1])
    others = [*before, *parts[: at - first], *parts[at - first + 1 :], *after]
    here = parts[at - first].truncate(max(0, width - sum(other.cell_length + 1 for other in others)), ellipsis=True)
    return Content(" ").join([*before, *parts[: at - first], here, *parts[at - first + 1 :], *after])


def _long(number: int, step: StepStanding, viewed: str) -> Content:
    pointer = "▸" if step.outline.id == viewed else " "
    worth = f"{step.points}/{step.outline.points}" if step.achieved else counted(step.outline.points, "point")
    return Content.styled(
        f"{pointer} {_mark(step)} {number} {visible(step.outline.title)} ({worth})", _style(step, viewed)
    )


def _short(number: int, step: StepStanding, viewed: str, space: str = " ") -> Content:
    here = step.outline.id == viewed
    pointer, title = ("▸", f" {visible(step.outline.title)}") if here else (space, "")
    text = f"{pointer}{_mark(step)}{space}{number}{title}"
    return Content.styled(text, _style(step, viewed))


def _mark(step: StepStanding) -> str:
    return "✓" if step.achieved else "○"


def _style(step: StepStanding, viewed: str) -> str:
    if step.achieved:
        return "bold $text-success"
    return "bold" if step.outline.id == viewed else ""
