"""Rehearse an exercise: the untouched start fails, solution and other ways pass, mistakes fail as they say."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from coursekit.checker.checking import check_steps
from coursekit.checks import KINDS
from coursekit.course.exercises import read_exercise
from coursekit.course.solutions import read_mistakes, read_solution, read_ways
from coursekit.model.exercise import Exercise
from coursekit.model.solution import Mistake, Solution
from coursekit.model.verdict import Outcome, Verdict
from coursekit.practice.home import find_home
from coursekit.practice.wording import verdict_lines
from coursekit.rehearsal.stage import Snapshot, Stage

_LONGEST_WATCH = 60.0
"""Seconds that a step which is watched gets: a machine boots in them, also a slow one."""
_LOOK = 0.2
"""Seconds between two looks."""


@dataclass
class Report:
    """What a rehearsal of one exercise found."""

    exercise: str
    steps: int = 0
    ways: int = 0
    mistakes: int = 0
    diagnoses: int = 0
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)
    """Empty when the exercise is as it should be."""


class Rehearsal:
    """One exercise on its stage. A context manager. Each part gives its complaints: none when all is right."""

    def __init__(self, course: Path, exercise_id: str) -> None:
        self.exercise: Exercise = read_exercise(course, exercise_id, kinds=KINDS)
        self.solution = read_solution(self.exercise)
        self.ways = read_ways(self.exercise, self.solution)
        self.mistakes = read_mistakes(self.exercise)
        self._stage = Stage(self.exercise)
        self._moments: dict[str | None, Snapshot] = {}
        self._played = False

    def __enter__(self) -> Rehearsal:
        self._stage.__enter__()
        self._moments[None] = self._stage.snapshot()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stage.__exit__(kind, error, trace)

    def untouched(self) -> list[str]:
        """On the untouched start each step's own check is FAILED."""
        self._stage.restore(self._moments[None])
        return [
            f"step {step_id}, on the untouched start: {_told(verdict)}, but it should fail"
            for step_id, verdict in self._check(step.id for step in self.exercise.steps)
            if verdict.outcome is not Outcome.FAILED
        ]

    def play_solution(self) -> list[str]:
        """The solution, with a look back at the moments at which mistakes begin."""
        wanted = {mistake.after for mistake in self.mistakes}
        complaints = []
        for step_id, found in self._play_through(self.solution):
            complaints += found
            if step_id in wanted:
                self._moments[step_id] = self._stage.snapshot()
        self._played = True
        return complaints

    def play_way(self, way: Solution) -> list[str]:
        """Another way to the goal."""
        return [complaint for _, found in self._play_through(way) for complaint in found]

    def _play_through(self, solution: Solution) -> Iterator[tuple[str, list[str]]]:
        """Right after its own actions each step is PASSED, and holds for as long as it says."""
        self._stage.restore(self._moments[None])
        for index, (step_id, actions) in enumerate(solution.steps):
            complaints = []
            screens = [self._stage.play(action) for action in actions]
            self._watch(step_id)
            for checked, verdict in self._check([*self._holding(index), step_id]):
                if not verdict.passed:
                    moment = f"after its {solution.name}" if checked == step_id else f"after step {step_id}"
                    complaints.append(f"step {checked}, {moment}: {_told(verdict)}{_shown(screens)}")
            yield step_id, complaints

    def _holding(self, index: int) -> list[str]:
        """The steps before ``index`` that must still hold right after it."""
        ids = [step.id for step in self.exercise.steps]
        return [
            step.id
            for step in self.exercise.steps[:index]
            if step.must_hold.to_the_end or (step.must_hold.until and ids.index(step.must_hold.until) > index)
        ]

    def play_mistake(self, mistake: Mistake) -> list[str]:
        """After the mistake the step that it names is FAILED, with the feedback that it names."""
        if mistake.after not in self._moments and not self._played:
            self.play_solution()
        self._stage.restore(self._moments[mistake.after])
        if mistake.after:
            self._watch(mistake.after)
        screens = [self._stage.play(action) for action in mistake.actions]
        complaints = []
        for _, verdict in self._check([mistake.fails]):
            told = " ".join(line.text for line in verdict_lines(verdict))
            if verdict.outcome is not Outcome.FAILED:
                complaints.append(f"wrong/{mistake.name}: step {mistake.fails}: {_told(verdict)}{_shown(screens)}")
            elif " ".join(mistake.says.split()) not in " ".join(told.split()):
                complaints.append(f"wrong/{mistake.name}: it should say “{mistake.says}”, but: {_told(verdict)}")
        return complaints

    def _watch(self, step_id: str) -> None:
        """Look at a step that is watched until it passes, as the app does; at one that never does not for ever."""
        watch = next(step.watch for step in self.exercise.steps if step.id == step_id)
        deadline = time.monotonic() + _LONGEST_WATCH
        while watch and time.monotonic() < deadline:
            ((_, verdict),) = self._check([step_id])
            if verdict.passed:
                return
            time.sleep(min(watch, _LOOK))

    def _check(self, steps: Iterable[str]) -> list[tuple[str, Verdict]]:
        return list(
            check_steps(
                self.exercise,
                list(steps),
                workspace=self._stage.workspace,
                shell=self._stage.shell,
                answers=self._stage.answers,
                passed=[step.id for step in self.exercise.steps],
                ledger=find_home().ledger,
            )
        )


def rehearse(course: Path, exercise_id: str, say: Callable[[str], None]) -> Report:
    """Rehearse a whole exercise, saying each part as it is done. Raises CourseError for content that cannot be read."""
    began = time.monotonic()
    with Rehearsal(course, exercise_id) as rehearsal:
        report = Report(
            exercise_id,
            steps=len(rehearsal.exercise.steps),
            ways=len(rehearsal.ways),
            mistakes=len(rehearsal.mistakes),
            diagnoses=sum(len(step.diagnose) for step in rehearsal.exercise.steps),
        )
        parts: list[tuple[str, Callable[[], list[str]]]] = [
            ("untouched start", rehearsal.untouched),
            ("solution", rehearsal.play_solution),
        ]
        for way in rehearsal.ways:
            parts.append((way.name, functools.partial(rehearsal.play_way, way)))
        for mistake in rehearsal.mistakes:
            parts.append((f"wrong/{mistake.name}", functools.partial(rehearsal.play_mistake, mistake)))
        for name, part in parts:
            started = time.monotonic()
            complaints = part()
            report.complaints += complaints
            state = "wrong" if complaints else "right"
            say(f"  {name}: {state} ({time.monotonic() - started:.1f} s)")
    report.seconds = time.monotonic() - began
    return report


def _told(verdict: Verdict) -> str:
    lines = "; ".join(f"{line.label}: {line.text}" for line in verdict_lines(verdict))
    return f"{verdict.outcome}" + (f" ({lines})" if lines else "")


def _shown(screens: list[str]) -> str:
    text = "\n".join(screen.strip() for screen in screens if screen.strip())
    return f"\n    the screen showed: {text[-600:]}" if text else ""
