"""The one way to work with exercises: start, check, answer, hint, reset. All of it is an event in the store."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.errors import CourseError, ExitCode
from coursekit.model.course import BaseImage, Course, ExerciseOutline, Lab
from coursekit.model.event import Event, What
from coursekit.model.verdict import Finding, Outcome, Verdict
from coursekit.practice.home import Home
from coursekit.practice.standing import Standing, standing
from coursekit.practice.wording import counted
from coursekit.practice.workspace import made_anew, require_workspace, restore_start_files
from coursekit.progress.store import Store

if TYPE_CHECKING:
    from coursekit.model.exercise import Exercise, Hint, Made


LONGEST_ANSWER = 20_000
"""Characters."""
FREE_AFTER = 3
"""So many failed attempts at a step make its hints free."""


@dataclass(frozen=True)
class OfferedHint:
    """A hint that can be opened next, and what that takes off the step now."""

    hint: Hint
    price: int
    """Points."""

    def __str__(self) -> str:
        """What is said before a price is paid."""
        return (
            f"The next hint takes {counted(self.price, 'point')} off this step. "
            f"After {FREE_AFTER} attempts that failed in different ways it is free."
        )


@dataclass(frozen=True)
class OpenedHint:
    """A hint that the student may now read."""

    hint: Hint
    level: int
    """From 1."""
    levels: int
    new: bool
    """Whether it was opened just now (False: it was open already)."""


class Practice:
    """A student's work with one course."""

    def __init__(self, course: Course, store: Store, home: Home) -> None:
        self.course = course
        self.store = store
        self.home = home
        self._exercises: dict[str, Exercise] = {}

    def outline(self, exercise_id: str) -> ExerciseOutline:
        """The exercise's place on the map. Raises CourseError, with the nearest name, when there is none."""
        for outline in self.course.exercises:
            if outline.id == exercise_id:
                return outline
        from coursekit.course.problems import did_you_mean

        guess = did_you_mean(exercise_id, [outline.id for outline in self.course.exercises])
        raise CourseError(
            f"There is no exercise `{exercise_id}`.{guess}", "To see all of them: coursekit list", ExitCode.USAGE
        )

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise, filled with this student's values. Raises CourseError."""
        if exercise_id not in self._exercises:
            from coursekit.checks import KINDS
            from coursekit.course.exercises import read_exercise

            self.outline(exercise_id)
            values = self.values(exercise_id)
            self._exercises[exercise_id] = read_exercise(self.course.folder, exercise_id, kinds=KINDS, values=values)
        return self._exercises[exercise_id]

    def values(self, exercise_id: str) -> dict[str, str]:
        """The student's values: as stored when the exercise was started, and drawn anew for those added since."""
        from coursekit.course.exercises import draw_values

        drawn = draw_values(self.course.folder, exercise_id, self.store.seed())
        for event in self.store.events(exercise_id):
            if event.what is What.STARTED:
                drawn |= {name: value for name, value in event.detail["values"].items() if name in drawn}
        return drawn

    def workspace(self, exercise_id: str) -> Path:
        return self.home.workspace(exercise_id)

    def standing(self, exercise_id: str) -> Standing:
        return standing(self.outline(exercise_id), self.store.events(exercise_id))

    def standings(self) -> dict[str, Standing]:
        """The standing in every exercise of the course, read at one moment."""
        events = self.store.events()
        return {outline.id: standing(outline, events) for outline in self.course.exercises}

    def last_exercise(self) -> str | None:
        """The exercise that the student worked on last, if it is still in the course."""
        known = {outline.id for outline in self.course.exercises}
        return next((event.exercise for event in reversed(self.store.events()) if event.exercise in known), None)

    def pages_read(self) -> set[str]:
        """The ids of the pages that the student has read to their end."""
        return {event.exercise for event in self.store.events() if event.what is What.READ}

    def mark_read(self, page_id: str) -> None:
        """Remember that a page has been read to its end. Raises CourseError."""
        if page_id not in self.pages_read():
            self._record(What.READ, page_id)

    def start(self, exercise_id: str) -> Exercise:
        """Begin an exercise, or go on with it: its workspace is there afterwards. Raises CourseError."""
        exercise = self.exercise(exercise_id)
        folder = self.workspace(exercise_id)
        if self.standing(exercise_id).started:
            require_workspace(exercise_id, folder)
            return exercise
        with made_anew(exercise, folder, self.home.kept):
            self._record_start(exercise)
        return exercise

    def _record_start(self, exercise: Exercise) -> None:
        self._record(
            What.STARTED,
            exercise.id,
            values=dict(exercise.values),
            workspace=str(self.workspace(exercise.id)),
            content_hash=exercise.content_hash,
            course_version=self.course.version,
        )

    def require_started(self, exercise_id: str) -> Exercise:
        """The exercise, if it has been started and its workspace is there. Raises CourseError."""
        exercise = self.exercise(exercise_id)
        if not self.standing(exercise_id).started:
            raise CourseError(f"You have not started {exercise_id} yet.", f"To start it: coursekit start {exercise_id}")
        require_workspace(exercise_id, self.workspace(exercise_id))
        return exercise

    def record(self, exercise_id: str, step_id: str, verdict: Verdict, *, asked: bool) -> bool:
        """Remember a verdict; True when it achieves the step.

        An automatic check (not ``asked`` for) is remembered only when it achieves something: it costs nothing.
        """
        achieved = self.standing(exercise_id).step(step_id).achieved
        news = verdict.passed and not achieved
        if news or (asked and verdict.outcome in (Outcome.FAILED, Outcome.ERROR)):
            self._record(
                What.CHECKED,
                exercise_id,
                step_id,
                outcome=str(verdict.outcome),
                asked=asked,
                verdict=verdict.to_json(),
            )
        return news

    def last_reset(self, exercise_id: str) -> int:
        """The number of the event by which the exercise, or a step of it, was last begun anew; 0 when none was."""
        return max((event.number for event in self.store.events(exercise_id) if event.what is What.RESET), default=0)

    def refuse_outdated(self, exercise_id: str, last_reset: int) -> None:
        """Raise CourseError when the last reset is another one than when a check was asked for.

        Another process may have begun the exercise anew meanwhile: then the verdict is about the old folder.
        """
        if self.last_reset(exercise_id) != last_reset:
            raise CourseError(
                f"{exercise_id} was begun anew while it was being checked, so what was found does not count.",
                "Check again.",
                ExitCode.COULD_NOT_CHECK,
            )

    def answers(self, exercise_id: str) -> dict[str, str]:
        """The answer last given to each step's question."""
        return {step.outline.id: step.answers[-1] for step in self.standing(exercise_id).steps if step.answers}

    def answer(self, exercise_id: str, step_id: str, text: str) -> Verdict:
        """Answer a step's question, as `Question.understand` takes it. Raises CourseError."""
        exercise = self.require_started(exercise_id)
        step = next((step for step in exercise.steps if step.id == step_id), None)
        question = step.question if step else None
        if len(text) > LONGEST_ANSWER:
            raise CourseError(f"That answer has {len(text)} characters; {LONGEST_ANSWER} are the most.", "Shorten it.")
        if question is None:
            asking = ", ".join(step.id for step in exercise.steps if step.question) or "none"
            raise CourseError(
                f"The step `{step_id}` of {exercise_id} asks no question.", f"Steps that ask one: {asking}"
            )
        try:
            answer = question.understand(text)
        except ValueError as error:
            listed = "".join(f"\n  {number}. {item}" for number, item in enumerate(question.items, start=1))
            raise CourseError(f"That is not an answer to: {question.ask}{listed}\n{error}.", question.how) from None
        marked = question.mark(answer)
        self._record(What.ANSWERED, exercise_id, step_id, answer=answer, right=marked.right)
        outcome = Outcome.FAILED if marked.right is False else Outcome.PASSED
        verdict = Verdict(outcome, (Finding(outcome, question.ask, observed=answer),), feedback=marked.because)
        self.record(exercise_id, step_id, verdict, asked=True)
        return verdict

    def next_hint(self, exercise_id: str, step_id: str) -> OfferedHint | None:
        """The hint that would be opened next; None when all are open. Opens nothing."""
        hints = self.exercise(exercise_id).step(step_id).hints
        at = self.standing(exercise_id).step(step_id)
        if at.hints_opened >= len(hints):
            return None
        hint = hints[at.hints_opened]
        return OfferedHint(hint, 0 if at.achieved or at.failed_attempts >= FREE_AFTER else hint.cost)

    def hint(self, exercise_id: str, step_id: str) -> OpenedHint:
        """Open the next hint of a step; once all are open, the last one again. Raises CourseError."""
        hints = self.require_started(exercise_id).step(step_id).hints
        if not hints:
            raise CourseError("This step has no hints.", "Read its section of the guide once more.")
        offered = self.next_hint(exercise_id, step_id)
        if offered is None:
            return OpenedHint(hints[-1], len(hints), len(hints), False)
        level = self.standing(exercise_id).step(step_id).hints_opened + 1
        self._record(What.HINTED, exercise_id, step_id, level=level, cost=offered.price)
        return OpenedHint(offered.hint, level, len(hints), True)

    def opened_hints(self, exercise_id: str, step_id: str) -> tuple[Hint, ...]:
        """The hints that are open, to be read again at no cost."""
        opened = self.standing(exercise_id).step(step_id).hints_opened
        return self.exercise(exercise_id).step(step_id).hints[:opened]

    def images(self, exercise_id: str) -> list[BaseImage]:
        """The images that the exercise begins with."""
        names = self.exercise(exercise_id).images
        return [image for name, image in self.course.images.items() if name in names]

    def missing_images(self, exercise_id: str) -> list[BaseImage]:
        """Those of them that are not in the student's engine."""
        images = self.images(exercise_id)
        if not images:
            return []
        from coursekit.supplies.images import missing_images

        return missing_images(images, os.environ)

    def lab(self, exercise_id: str) -> Lab:
        """The lab that an exercise belongs to. Raises CourseError."""
        self.outline(exercise_id)
        return next(lab for lab in self.course.labs if exercise_id in [exercise.id for exercise in lab.exercises])

    def made(self, exercise_id: str) -> list[Made]:
        """What the student has made outside of the workspace since the exercise was first started, and is there now."""
        from coursekit.practice.made import find_made

        since = self.first_started(exercise_id)
        if since is None:
            return []
        return find_made(self.exercise(exercise_id), self.workspace(exercise_id), since, ledger=self.home.ledger)

    def first_started(self, exercise_id: str) -> float | None:
        """When the exercise was started for the first time, in seconds since the epoch."""
        starts = (event.time for event in self.store.events(exercise_id) if event.what is What.STARTED)
        return next(starts, None)

    def remove_made(self, exercise_id: str, made: Sequence[Made]) -> list[str]:
        """Remove that; gives what could not be removed, and why. Takes a while: not for a thread that draws."""
        from coursekit.practice.made import remove_made

        return remove_made(made, self.workspace(exercise_id))

    def sweep(self) -> int:
        """Remove what a coursekit that was killed had made for itself; gives how many things those were."""
        if not self.home.ledger.exists():
            return 0
        from coursekit.technologies.engine.connection import Engines
        from coursekit.technologies.engine.own import sweep
        from coursekit.technologies.hypervisor import leftover

        with Engines() as engines:
            return sweep(self.home.ledger, engines) + leftover.sweep(self.home.ledger)

    def reset(self, exercise_id: str, step_id: str | None = None) -> Path | None:
        """Begin anew, and keep a copy of the student's work; gives the folder of that copy.

        Without a step: the workspace is made again and no step is achieved any more. With one: the first files are put
        back as they were, and that step and those that need it are not achieved any more. Raises CourseError.
        """
        exercise = self.exercise(exercise_id)
        folder = self.workspace(exercise_id)
        with self.store.lease(f"reset {exercise_id}"):
            if step_id is None:
                self._require_guests_off(exercise)
                with made_anew(exercise, folder, self.home.kept) as kept:
                    self._record_start(exercise)
                    self._record(What.RESET, exercise_id, kept=str(kept or ""))
                return kept
            affected = with_dependants(exercise, step_id)
            require_workspace(exercise_id, folder)
            kept = restore_start_files(exercise, folder, self.home.kept)
            for affected_id in affected:
                self._record(What.RESET, exercise_id, affected_id, kept=str(kept or ""))
            return kept

    def _require_guests_off(self, exercise: Exercise) -> None:
        """Raise CourseError when a guest runs: its disk lies in the folder that would be moved."""
        if not exercise.guests:
            return
        on = [made.name for made in self.made(exercise.id) if made.kind == "guest"]
        if on:
            raise CourseError(
                f"The virtual machine {on[0]} is still on, and its disk lies in this folder.",
                "Switch it off first: log in to it and type poweroff. Or: coursekit clean",
                ExitCode.COULD_NOT_CHECK,
            )

    def _record(self, what: What, exercise_id: str, step_id: str = "", **detail: Any) -> None:
        self.store.record(Event(what, exercise_id, step_id, detail))


def with_dependants(exercise: Exercise, step_id: str) -> tuple[str, ...]:
    """A step and all that need it, directly or through others. Raises CourseError when there is no such step."""
    if step_id not in [step.id for step in exercise.steps]:
        listed = ", ".join(step.id for step in exercise.steps)
        raise CourseError(f"{exercise.id} has no step `{step_id}`.", f"Its steps: {listed}")
    affected = {step_id}
    for step in exercise.steps:  # a step needs only earlier ones, so one pass is enough
        if affected & set(step.needs):
            affected.add(step.id)
    return tuple(step.id for step in exercise.steps if step.id in affected)
