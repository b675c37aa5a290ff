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
from coursekit.errors import CourseError, ExitCode
from coursekit.model.exercise import Exercise
from coursekit.model.solution import Mistake, Solution
from coursekit.model.verdict import Outcome, Verdict
from coursekit.practice.home import find_home
from coursekit.practice.wording import verdict_lines
from coursekit.rehearsal.moments import Deeds, latest, partings
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
    complaints: list[str] = field(default_factory=list)
    """Empty when the exercise is as it should be."""
    lacking: str = ""
    """What this machine lacks for it, and what to do; it was not rehearsed then."""


class Rehearsal:
    """One exercise on its stage. A context manager. Each part gives its complaints: none when all is right."""

    def __init__(self, course: Path, exercise_id: str) -> None:
        self.exercise: Exercise = read_exercise(course, exercise_id, kinds=KINDS)
        self.solution = read_solution(self.exercise)
        self.ways = read_ways(self.exercise, self.solution)
        self.mistakes = read_mistakes(self.exercise)
        self._stage = Stage(self.exercise)
        self._moments: dict[Deeds, Snapshot] = {}
        self._sound: set[Deeds] = set()
        """The moments at which each step up to there was found to be as it should be."""
        self._partings: frozenset[Deeds] = frozenset()
        if self._stage.can_be_set_back:
            courses = [_deeds(way) for way in (self.solution, *self.ways)]
            self._partings = partings([*courses, *map(self._course, self.mistakes)])

    def __enter__(self) -> Rehearsal:
        self._stage.__enter__()
        try:
            self._moments[()] = self._stage.snapshot()
        except BaseException as error:
            self._stage.__exit__(type(error), error, error.__traceback__)
            raise
        self._sound.add(())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stage.__exit__(kind, error, trace)

    def untouched(self) -> list[str]:
        """On the untouched start each step's own check is FAILED."""
        self._stage.restore(self._moments[()])
        return [
            f"step {step_id}, on the untouched start: {_told(verdict)}, but it should fail"
            for step_id, verdict in self._check(step.id for step in self.exercise.steps)
            if verdict.outcome is not Outcome.FAILED
        ]

    def play(self, way: Solution) -> list[str]:
        """The solution or another way: right after its own actions each step is PASSED, and holds as long as it says.

        What it has in common with another that was found to be right is not played again.
        """
        deeds = _deeds(way)
        done: Deeds = ()
        complaints: list[str] = []
        begun = latest(deeds, self._sound)
        self._stage.restore(self._moments[begun])
        for index, (_, actions) in enumerate(way.steps):
            done = (*done, *actions)
            if begun and len(done) <= len(begun):
                continue
            screens = self._do(deeds, len(done), max(len(begun), len(done) - len(actions)))
            self._watch(self.exercise.steps[index].id)
            found = list(self._complaints_after(index, way.name, screens))
            complaints += found
            self._keep(done)
            if not complaints and done in self._moments:
                self._sound.add(done)
        return complaints

    def _do(self, deeds: Deeds, until: int, begun: int) -> list[str]:
        """Do a part of a course of action, keeping the moments in it that matter; gives what the screen showed."""
        screens = []
        for number in range(begun, until):
            self._keep(deeds[:number])
            screens.append(self._stage.play(deeds[number]))
        return screens

    def _keep(self, moment: Deeds) -> None:
        if moment in self._partings and moment not in self._moments:
            self._moments[moment] = self._stage.snapshot()

    def _complaints_after(self, index: int, name: str, screens: list[str]) -> Iterator[str]:
        step_id = self.exercise.steps[index].id
        for checked, verdict in self._check([*self._holding(index), step_id]):
            if not verdict.passed:
                moment = f"after its {name}" if checked == step_id else f"after step {step_id}"
                yield f"step {checked}, {moment}: {_told(verdict)}{_shown(screens)}"

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
        deeds, start = self._course(mistake), len(_deeds(self.solution, mistake.after))
        begun = latest(deeds[:-1], self._moments)  # the shell's last command is part of what is looked at
        self._stage.restore(self._moments[begun])
        screens = self._do(deeds, start, len(begun))
        if mistake.after and len(begun) <= start:
            self._watch(mistake.after)
        screens += self._do(deeds, len(deeds), max(start, len(begun)))
        self._keep(deeds)
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

    @property
    def mistakes_from_the_end(self) -> list[Mistake]:
        """The mistakes in an order in which each begins near the end of the one before it: less is to be set back."""
        return sorted(self.mistakes, key=lambda mistake: tuple(map(repr, self._course(mistake))), reverse=True)

    def _course(self, mistake: Mistake) -> Deeds:
        """All that is done up to the end of a mistake."""
        return (*_deeds(self.solution, mistake.after), *mistake.actions)

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
    try:
        return _rehearse(course, exercise_id, say)
    except CourseError as error:
        if error.exit_code is not ExitCode.TOOL_MISSING:
            raise
        return Report(exercise_id, lacking=f"{error.message} {error.what_to_do}".strip())


def _rehearse(course: Path, exercise_id: str, say: Callable[[str], None]) -> Report:
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
            ("solution", functools.partial(rehearsal.play, rehearsal.solution)),
        ]
        for mistake in rehearsal.mistakes_from_the_end:
            parts.append((f"wrong/{mistake.name}", functools.partial(rehearsal.play_mistake, mistake)))
        for way in rehearsal.ways:
            parts.append((way.name, functools.partial(rehearsal.play, way)))
        for name, part in parts:
            started = time.monotonic()
            complaints = part()
            report.complaints += complaints
            state = "wrong" if complaints else "right"
            say(f"  {name}: {state} ({time.monotonic() - started:.1f} s)")
    say(f"  together {time.monotonic() - began:.1f} s")
    return report


def _deeds(way: Solution, after: str | None = "") -> Deeds:
    """All that a way does up to and including a step; with no step named: all of it."""
    deeds: Deeds = ()
    for step_id, actions in way.steps if after is not None else ():
        deeds = (*deeds, *actions)
        if step_id == after:
            break
    return deeds


def _told(verdict: Verdict) -> str:
    lines = "; ".join(f"{line.label}: {line.text}" for line in verdict_lines(verdict))
    return f"{verdict.outcome}" + (f" ({lines})" if lines else "")


def _shown(screens: list[str]) -> str:
    text = "\n".join(screen.strip() for screen in screens if screen.strip())
    return f"\n    the screen showed: {text[-600:]}" if text else ""
