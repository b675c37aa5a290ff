"""The exercise that is open: which step is viewed, where the student stands, and what comes next. No Textual."""

from __future__ import annotations

from collections.abc import Callable

from coursekit.model.exercise import Step
from coursekit.model.verdict import Verdict
from coursekit.practice.practice import Practice
from coursekit.practice.standing import StepStanding


class Work:
    """Records what the student achieves, and tells the screen when the standing has changed."""

    def __init__(self, practice: Practice, exercise_id: str, changed: Callable[[], None]) -> None:
        """The exercise must have been started. Raises CourseError when its content cannot be read."""
        self.practice = practice
        self.exercise = practice.exercise(exercise_id)
        self.standing = practice.standing(exercise_id)
        current = self.standing.current
        self.viewed = current.outline.id if current else self.exercise.steps[-1].id
        """The id of the step whose guide is read."""
        self._changed = changed
        self._last_event = practice.store.last_number()

    @property
    def step(self) -> Step:
        """The step that is viewed."""
        return self.exercise.step(self.viewed)

    @property
    def at(self) -> StepStanding:
        """Where the student stands in the step that is viewed."""
        return self.standing.step(self.viewed)

    def number(self, step_id: str) -> int:
        """Which step that is, from 1."""
        return [step.id for step in self.exercise.steps].index(step_id) + 1

    def beside(self, steps: int) -> str | None:
        """The id of the step so many after the viewed one; None when there is none."""
        index = self.number(self.viewed) - 1 + steps
        return self.exercise.steps[index].id if 0 <= index < len(self.exercise.steps) else None

    def next_to_check(self) -> Step | None:
        """The step that is viewed, or else the first one to be done in the shell, if it is checked by itself."""
        by_viewing = [self.step, *self.exercise.steps]
        to_do = [step for step in by_viewing if not self.standing.step(step.id).achieved and step.question is None]
        return to_do[0] if to_do and to_do[0].automatic else None

    def onward(self) -> Step | None:
        """The step to which an answered question leads on; None while the viewed step asks, or asks nothing."""
        following = self.standing.open_after(self.viewed)
        if self.step.question is None or not self.at.achieved or following is None:
            return None
        return self.exercise.step(following.outline.id)

    def refresh(self) -> None:
        """Read from the store where the student stands."""
        self.standing = self.practice.standing(self.exercise.id)
        self._last_event = self.practice.store.last_number()
        self._changed()

    def refresh_if_changed(self) -> bool:
        """Do so if another process has recorded something; gives whether one has. Raises CourseError."""
        if self.practice.store.last_number() == self._last_event:
            return False
        self.refresh()
        return True

    def record(self, step: Step, verdict: Verdict, *, asked: bool) -> bool:
        """Remember a verdict; True when it achieves the step. Raises CourseError."""
        news = self.practice.record(self.exercise.id, step.id, verdict, asked=asked)
        self.refresh()
        return news

    def answer(self, step_id: str, answer: str) -> Verdict:
        """Answer the question of a step. Raises CourseError."""
        verdict = self.practice.answer(self.exercise.id, step_id, answer)
        self.refresh()
        return verdict
