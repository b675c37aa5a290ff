"""The guide of the step that is viewed, with its question: what is read, and where an answer goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual.containers import VerticalScroll
from textual.widget import Widget

from coursekit.app.widgets.chart_view import ChartView
from coursekit.app.widgets.guide_view import GuideView
from coursekit.app.widgets.question_view import QuestionView
from coursekit.model.exercise import Exercise, Step
from coursekit.practice.standing import StepStanding


@dataclass(frozen=True)
class _Shown:
    """What is on the screen, as far as it can change."""

    step: str
    answers: int
    achieved: bool
    leads_to: str

    @property
    def draft(self) -> tuple[str, int]:
        """What a draft of an answer belongs to."""
        return self.step, self.answers


class StepGuide(VerticalScroll):
    """Scrolls with the arrow keys when it has the focus. With a question in it the screen has the class ``-asking``."""

    def __init__(self, workspace: Path, id: str | None = None) -> None:
        super().__init__(id=id)
        self._workspace = workspace
        self._shown: _Shown | None = None
        """None while another step takes the place of what was shown."""
        self._drafts: dict[tuple[str, int], str] = {}
        """What has been typed and not handed in, by step and number of answers to its question before."""

    async def show(self, exercise: Exercise, step: Step, standing: StepStanding, onward: Step | None) -> None:
        """Show a step from its beginning, or from where it was read; after an answer its explanation.

        ``onward`` is the step to which Enter leads from a question that has been answered.
        What is shown already is left alone, with whatever is being typed in it.
        """
        leads_to = f"Enter goes on to step {exercise.steps.index(onward) + 1}." if onward else ""
        shown, place = _Shown(step.id, len(standing.answers), standing.achieved, leads_to), self.scroll_y
        if shown == self._shown:
            return
        if self._shown is not None and self.question is not None:
            self._drafts[self._shown.draft] = self.question.draft
        before, self._shown = self._shown, None
        number = exercise.steps.index(step) + 1
        introduction = f"{exercise.introduction}\n\n" if number == 1 else ""
        self.screen.set_class(step.question is not None, "-asking")
        async with self.batch():
            await self.remove_children()
            await self.mount(GuideView(f"{introduction}## {number}. {step.title}\n\n{step.guide}"))
            if step.plot:
                await self.mount(ChartView(self._workspace / step.plot))
            if step.question is not None:
                draft = self._drafts.get(shown.draft, "")
                await self.mount(QuestionView(step.id, step.question, standing, leads_to, draft))
        self._shown = shown
        if before is not None and shown.draft == before.draft:
            self.scroll_to(y=place, animate=False)
        elif standing.answers:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)

    @property
    def question(self) -> QuestionView | None:
        """The question of the step; None when it asks none."""
        return next(iter(self.query(QuestionView)), None)

    @property
    def place(self) -> Widget:
        """What is to have the focus: where an answer goes, else the guide itself."""
        return (self.question and self.question.place) or self

    @property
    def answering(self) -> bool:
        """Whether the focus is where an answer goes."""
        focused = self.screen.focused
        return self.question is not None and focused is not None and self.question in focused.ancestors
