"""What becomes of a verdict: it is recorded and told, and after a pass the next step is shown."""

from __future__ import annotations

from collections.abc import Callable

from coursekit.app.widgets.panel import Panel
from coursekit.app.widgets.status_bar import StatusBar
from coursekit.app.work import Work
from coursekit.errors import CourseError
from coursekit.model.exercise import Step
from coursekit.model.verdict import Outcome, Verdict
from coursekit.practice.wording import counted

_GOOD = "bold $text-success"


class Verdicts:
    """Takes the verdicts of checks and answers, whoever asked for them."""

    def __init__(
        self,
        work: Work,
        status: StatusBar,
        panel: Panel,
        view: Callable[[str], None],
        title_of_next: Callable[[], str | None],
    ) -> None:
        """``view`` shows a step; ``title_of_next`` is what comes after the exercise in the course, if anything."""
        self._work, self._status, self._panel = work, status, panel
        self._view, self._title_of_next = view, title_of_next
        self.tried = False
        """Whether a command has begun since the screen was opened: before that, “not yet” goes without saying."""

    def take_automatic(self, step: Step, verdict: Verdict) -> None:
        """A check that nobody asked for: a pass counts, and a failure is no more than a word."""
        if verdict.passed:
            self._take_pass(step, verdict, asked=False)
        elif verdict.outcome is Outcome.FAILED and self.tried:
            self._status.say(f"not yet: {step.title} (F2 says what is missing)", passing=True)
        else:
            self._status.say_no_more()

    def take_asked(self, step: Step, verdict: Verdict) -> None:
        """The check that the student asked for: all that it found is said."""
        was_achieved = self._work.standing.step(step.id).achieved
        if verdict.passed and not was_achieved:
            self._take_pass(step, verdict, asked=True)
            return
        self._status.say("")
        try:
            self._work.record(step, verdict, asked=not was_achieved)
        except CourseError as error:
            self._panel.say_error(error)
            return
        if was_achieved and verdict.outcome is Outcome.FAILED:
            self._panel.say_verdict(f"{step.title} has passed and keeps its points. Now", verdict)
        else:
            advice = "F3 opens a hint." if step.hints and not verdict.feedback else ""
            self._panel.say_verdict(step.title, verdict, advice)

    def take_answer(self, step_id: str, verdict: Verdict) -> None:
        """The marked answer to a question."""
        if verdict.passed:
            headline = "Handed in." if self._work.standing.step(step_id).to_be_marked else "Right."
            self._panel.say(headline, verdict.feedback, _GOOD)
            self._go_on_from(step_id, verdict.feedback)
        else:
            self._view(self._work.viewed)

    def _take_pass(self, step: Step, verdict: Verdict, *, asked: bool) -> None:
        """A step has passed: remember it, say so, go on to the next."""
        try:
            news = self._work.record(step, verdict, asked=asked)
        except CourseError as error:
            self._panel.say_error(error)
            return
        if news:
            points = self._work.standing.step(step.id).points
            self._status.say(f"✓ passed, {counted(points, 'point')}: {step.title}", _GOOD)
            self._panel.dismiss()
            self._go_on_from(step.id)

    def _go_on_from(self, step_id: str, lesson: str = "") -> None:
        """After a pass: show the next step; after the last one say so, and the ``lesson`` of its question."""
        following = self._work.standing.open_after(step_id)
        if following is None:
            self._say_finished(lesson)
        elif step_id == self._work.viewed:
            self._view(following.outline.id)

    def _say_finished(self, lesson: str) -> None:
        exercise = self._work.exercise
        self._view(exercise.steps[-1].id)
        title = self._title_of_next()
        text = f"F9 opens what comes next: “{title}”" if title else "It was the last of the course."
        parts = [lesson, exercise.learned, f"{text}\nF10 goes back to the map. Your folder stays as it is."]
        said = "\n\n".join(part for part in parts if part)
        self._panel.say(f"All steps have passed: {self._work.standing.in_words}.", said, _GOOD)
