"""The course and its labs, as the course map shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Needs:
    """What a lab asks of a machine, besides time."""

    technologies: tuple[str, ...] = ()
    download: str = ""
    """About how much, such as ``30 MB``."""
    disk: str = ""
    memory: str = ""
    fallback: str = ""
    """What to do on a machine that cannot run it."""

    @property
    def in_words(self) -> str:
        """Such as ``30 MB to download, 300 MB of disk``; empty when it asks nothing."""
        parts = ((self.download, "to download"), (self.disk, "of disk"), (self.memory, "of memory"))
        return ", ".join(f"{size} {what}" for size, what in parts if size)


SOURCES = ("local", "bundle", "registry")
"""Where an image may come from: it is in the engine already, the class bundle has it, its registry gives it."""


@dataclass(frozen=True)
class BaseImage:
    """An image that exercises begin with."""

    name: str
    """With its tag: ``python:3.11-slim``."""
    sources: tuple[str, ...]
    """Those of SOURCES that may be asked, in this order."""
    download: str = ""
    """About how much comes over the network, such as ``50 MB``; empty when nobody said."""

    def __str__(self) -> str:
        return f"{self.name} (about {self.download} to download)" if self.download else self.name


@dataclass(frozen=True)
class Lab:
    """A lab: pages and exercises in the order in which they are taken."""

    id: str
    title: str
    summary: str
    minutes: int
    items: tuple[Page | ExerciseOutline, ...]
    needs: Needs = field(default_factory=Needs)

    @property
    def heading(self) -> str:
        """Its title behind its number, if its id has one: ``Lab 4: Containers``."""
        number = self.id.removeprefix("lab")
        return f"Lab {number}: {self.title}" if number.isdigit() else self.title

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
    facts: Mapping[str, str] = field(default_factory=dict)
    """How the class runs: filled into the pages, by name."""
    images: Mapping[str, BaseImage] = field(default_factory=dict)
    """The images that exercises begin with, by name."""

    @property
    def exercises(self) -> tuple[ExerciseOutline, ...]:
        return tuple(exercise for lab in self.labs for exercise in lab.exercises)
