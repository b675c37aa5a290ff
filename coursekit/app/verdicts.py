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
        self._unread: Step | None = None
        """The step that has just passed, as long as the student has done nothing in the step shown since."""

    def take_automatic(self, step: Step, verdict: Verdict) -> None:
        """A check that nobody asked for: a pass counts; a failure is a word, and only of the step that is shown."""
        if verdict.passed:
            self._take_pass(step, verdict, asked=False)
        elif step.id == self._work.viewed:
            teller = "the panel" if self._panel.verdict_on == step.id else "F2"
            self._status.say(f"not yet: {teller} says what is missing")

    def renew(self, step: Step, verdict: Verdict) -> None:
        """What a check that nobody asked for has found takes the place of an earlier verdict, if one is in sight."""
        if self._panel.verdict_on == step.id:
            self._say_in_panel(step, verdict)

    def take_standing(self) -> None:
        """Another process has recorded something: a verdict on what has passed by now is out of date."""
        shown = self._panel.verdict_on
        if shown and self._work.standing.step(shown).achieved:
            self._panel.dismiss()
        self._view(self._work.viewed)

    def touched(self) -> None:
        """The student has done something in the step that is shown."""
        self._unread = None

    def say_what_has_passed(self, then: str) -> bool:
        """Once, right after a pass: say it again, and what the same key will do ``then``; False if not.

        The student meant the step before: this one, which nobody has read yet, is neither failed nor passed over.
        """
        passed, self._unread = self._unread, None
        if passed is None:
            return False
        before, now = self._work.number(passed.id), self._work.number(self._work.viewed)
        self._status.say(f"✓ step {before} has passed; this is step {now}. {then}", _GOOD)
        return True

    def say_stopped(self, step: Step) -> None:
        """The student has stopped the check of a step."""
        self._status.say(f"You stopped the check of step {self._work.number(step.id)}. F2 checks it again.")

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
        is_last = step.id == self._work.exercise.steps[-1].id
        if verdict.passed and is_last and self._work.standing.current is None:
            self._say_finished(f"“{step.title}” is as it should be.")
        elif was_achieved and verdict.outcome is Outcome.FAILED:
            self._panel.say_verdict(step.id, f"{step.title} has passed and keeps its points. Now", verdict)
        else:
            self._say_in_panel(step, verdict)

    def _say_in_panel(self, step: Step, verdict: Verdict) -> None:
        self._panel.say_verdict(step.id, step.title, verdict, self._advice(step, verdict))

    def _advice(self, step: Step, verdict: Verdict) -> str:
        """What can always be tried, where the exercise itself says nothing."""
        if verdict.feedback:
            return ""
        return "F3 opens a hint." if step.hints else ""

    def take_answer(self, step_id: str, verdict: Verdict) -> None:
        """The marked answer to a question: its explanation is read in the guide, until the student goes on."""
        self._panel.dismiss()
        self._status.say("")
        if verdict.passed:
            self._say_passed(step_id)
            if self._work.standing.current is None:
                self._say_finished(verdict.feedback)
                return
        self._view(self._work.viewed)

    def _take_pass(self, step: Step, verdict: Verdict, *, asked: bool) -> None:
        """A step has passed: remember it, say so, go on to the next."""
        try:
            news = self._work.record(step, verdict, asked=asked)
        except CourseError as error:
            self._panel.say_error(error)
            return
        if news:
            self._say_passed(step.id)
            self._panel.dismiss()
            following = self._work.standing.open_after(step.id)
            if following is None:
                self._say_finished()
            elif step.id == self._work.viewed:
                self._unread = step
                self._view(following.outline.id)

    def _say_passed(self, step_id: str) -> None:
        at = self._work.standing.step(step_id)
        points = f", {counted(at.points, 'point')}" if at.points else ""
        done = "is handed in" if at.to_be_marked else f"passed{points}"
        self._status.say(f"✓ step {self._work.number(step_id)} {done}", _GOOD)

    def _say_finished(self, lesson: str = "") -> None:
        """All steps have passed, the last one by an answer whose ``lesson`` is to be read as well, if any."""
        exercise = self._work.exercise
        self._view(exercise.steps[-1].id)
        title = self._title_of_next()
        text = f"F9 opens what comes next: “{title}”" if title else "It was the last of the course."
        parts = [lesson, exercise.learned, f"{text}\nF10 goes back to the map. Your folder stays as it is."]
        said = "\n\n".join(part for part in parts if part)
        self._panel.say(f"All steps have passed: {self._work.standing.in_words}.", said, _GOOD)
