"""The course and its labs, as the course map shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Page:
    """Something to read."""

    lab: str
    name: str
    title: str
    path: Path

    @property
    def id(self) -> str:
        return f"{self.lab}/{self.name}"


@dataclass(frozen=True)
class StepOutline:
    """A step's place on the map: no check, no prose."""

    id: str
    title: str
    points: int


@dataclass(frozen=True)
class ExerciseOutline:
    """What the map says about an exercise before it has been opened."""

    id: str
    title: str
    summary: str
    minutes: int
    steps: tuple[StepOutline, ...]

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps)

    @property
    def technology(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class Lab:
    """A lab: pages and exercises in the order in which they are taken."""

    id: str
    title: str
    summary: str
    minutes: int
    items: tuple[Page | ExerciseOutline, ...]

    @property
    def exercises(self) -> tuple[ExerciseOutline, ...]:
        return tuple(item for item in self.items if isinstance(item, ExerciseOutline))


@dataclass(frozen=True)
class Course:
    """The whole course."""

    title: str
    version: str
    labs: tuple[Lab, ...]
    folder: Path
    """The folder that holds ``labs/`` and ``exercises/``."""

    @property
    def exercises(self) -> tuple[ExerciseOutline, ...]:
        return tuple(exercise for lab in self.labs for exercise in lab.exercises)
