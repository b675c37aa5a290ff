"""Where a student stands in an exercise: computed from the events, never stored.

A step is achieved when it passed once since the exercise was last reset. Its points are what remains after the hints
that were opened; for a question the first answer ever given decides. A reset brings back neither hints nor first
answers: what has been read cannot be unread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from coursekit.model.course import ExerciseOutline, StepOutline
from coursekit.model.event import Event, What
from coursekit.model.verdict import Outcome
from coursekit.practice.wording import counted


class State(StrEnum):
    """How far an exercise has come."""

    NEW = "new"
    STARTED = "started"
    FINISHED = "finished"


@dataclass(frozen=True)
class StepStanding:
    """Where a student stands in one step."""

    outline: StepOutline
    achieved_at: float | None
    """Seconds since the epoch; None while it has not passed."""
    hints_opened: int
    hint_cost: int
    failed_attempts: int
    """Checks that the student asked for and that failed, and wrong answers; the same again and again counts once."""
    answers: tuple[str, ...]
    first_answer_right: bool | None
    """None when the step asks nothing, nothing has been answered, or the instructor has to mark it."""

    @property
    def achieved(self) -> bool:
        return self.achieved_at is not None

    @property
    def worth(self) -> int:
        """The points that the step gives, or would give if it passed now."""
        if self.first_answer_right is False:
            return 0
        return max(0, self.outline.points - self.hint_cost)

    @property
    def to_be_marked(self) -> int:
        """The points about which the instructor decides."""
        return self.worth if self.achieved and self.answers and self.first_answer_right is None else 0

    @property
    def points(self) -> int:
        return self.worth - self.to_be_marked if self.achieved else 0


@dataclass(frozen=True)
class Standing:
    """Where a student stands in one exercise."""

    exercise: ExerciseOutline
    started: bool
    steps: tuple[StepStanding, ...]

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps)

    @property
    def to_be_marked(self) -> int:
        return sum(step.to_be_marked for step in self.steps)

    @property
    def in_words(self) -> str:
        """Such as ``4 of 9 points``."""
        of = f"{self.points} of {counted(self.exercise.points, 'point')}"
        return f"{of}, {self.to_be_marked} to be marked" if self.to_be_marked else of

    @property
    def achieved(self) -> tuple[str, ...]:
        return tuple(step.outline.id for step in self.steps if step.achieved)

    @property
    def current(self) -> StepStanding | None:
        """The first step that has not been achieved; None when all have."""
        return next((step for step in self.steps if not step.achieved), None)

    def open_after(self, step_id: str) -> StepStanding | None:
        """The next step that has not been achieved, the ones left behind coming last; None when all have been."""
        at = next(index for index, step in enumerate(self.steps) if step.outline.id == step_id)
        return next((step for step in (*self.steps[at:], *self.steps[:at]) if not step.achieved), None)

    @property
    def state(self) -> State:
        if self.started and self.current is None:
            return State.FINISHED
        return State.STARTED if self.started else State.NEW

    def step(self, step_id: str) -> StepStanding:
        """The standing in a step. Raises KeyError."""
        for step in self.steps:
            if step.outline.id == step_id:
                return step
        raise KeyError(step_id)


def standing(outline: ExerciseOutline, events: Iterable[Event]) -> Standing:
    """The standing that an exercise's events, in the order in which they were recorded, amount to."""
    started = False
    by_step: dict[str, list[Event]] = {step.id: [] for step in outline.steps}
    for event in events:
        if event.exercise != outline.id:
            continue
        if event.what is What.STARTED:
            started = True
        for step_id in [event.step] if event.step else by_step:
            by_step.get(step_id, []).append(event)
    steps = tuple(_step_standing(step, by_step[step.id]) for step in outline.steps)
    return Standing(outline, started, steps)


def _step_standing(outline: StepOutline, events: list[Event]) -> StepStanding:
    achieved_at: float | None = None
    hints: dict[int, int] = {}
    answers = []
    failures: list[tuple[str, ...]] = []
    for event in events:
        match event.what:
            case What.CHECKED if event.detail["outcome"] == Outcome.PASSED:
                achieved_at = achieved_at or event.time
            case What.CHECKED if event.detail["outcome"] == Outcome.FAILED and event.detail["asked"]:
                findings = event.detail["verdict"]["findings"]
                failure = tuple(finding["claim"] + finding["observed"] for finding in findings)
                if failure not in failures[-1:]:
                    failures.append(failure)
            case What.HINTED:
                hints[event.detail["level"]] = event.detail["cost"]
            case What.ANSWERED:
                answers.append(event)
            case What.RESET:
                achieved_at = None
    return StepStanding(
        outline=outline,
        achieved_at=achieved_at,
        hints_opened=len(hints),
        hint_cost=sum(hints.values()),
        failed_attempts=len(failures),
        answers=tuple(event.detail["answer"] for event in answers),
        first_answer_right=answers[0].detail["right"] if answers else None,
    )
