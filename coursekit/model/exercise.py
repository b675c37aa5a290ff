"""An exercise as a student meets it: every value already drawn and filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from coursekit.model.check import Check, Single, singles
from coursekit.model.question import Question


@dataclass(frozen=True)
class Hint:
    """One level of help. Levels are opened in order; each use is recorded."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    text: str
    cost: int = 0
    """Points that opening this level takes off the step."""


@dataclass(frozen=True)
class Diagnosis:
    """A way to fail that the author knows: when it holds, ``say`` explains the failure."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    when: Check
    say: str
    """May contain ``{observed}``: what the first failed finding observed."""


@dataclass(frozen=True)
class MustHold:
    """How long a step that has passed must stay true for a later look at the machine to agree."""

    to_the_end: bool = False
    until: str | None = None
    """The id of the later step that undoes this one on purpose."""


@dataclass(frozen=True)
class Step:
    """One thing to do, and how the machine shows that it has been done."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    id: str
    title: str
    points: int
    check: Check
    guide: str
    """Markdown: the step's section of guide.md."""
    needs: tuple[str, ...] = ()
    must_hold: MustHold = field(default_factory=MustHold)
    diagnose: tuple[Diagnosis, ...] = ()
    hints: tuple[Hint, ...] = ()
    limit: float = 20.0
    """Seconds that all checks of the step may take together."""
    retry: float = 0.0
    """Seconds for which a failed check is tried again: a service may still be starting."""
    watch: float | None = None
    """Check this often (seconds) while the step is current, besides after every command."""
    automatic: bool = True
    """False for what is too dear to check after every command: only on request."""
    plot: str = ""
    """A table in the workspace that is drawn with the step once it is there: see `coursekit.checks.measurements`."""
    console: str = ""
    """The folder of the guest in which this step's commands are typed: none is inserted anywhere else."""

    @property
    def question(self) -> Question | None:
        """The question of a step that asks one."""
        match self.check:
            case Single(settings=Question() as question):
                return question
        return None

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(single.kind for single in singles(self.check))


MADE = ("guest", "container", "image", "volume", "network")
"""What a student may make that no reset of the workspace takes away, in the order in which it can be removed.

A guest goes by its folder in the workspace: what is made is the machine that runs.
"""


@dataclass(frozen=True)
class Made:
    """Something that the student makes in this exercise, besides files: theirs, removed on their word."""

    kind: str
    """One of MADE."""
    name: str
    """Of an image that has no name any more: its identifier."""
    was: str = ""
    """The name that such an image has borne."""

    def __str__(self) -> str:
        if self.was:
            return f"the {self.kind} {self.name.removeprefix('sha256:')[:12]}, which was called {self.was}"
        return f"the {self.kind} {self.name}"


@dataclass(frozen=True)
class Exercise:
    """One exercise, with its values filled in everywhere."""

    id: str
    """Technology and name: ``venv/create``."""
    title: str
    summary: str
    minutes: int
    steps: tuple[Step, ...]
    introduction: str
    """Markdown: what guide.md says before its first section."""
    folder: Path
    values: Mapping[str, str]
    content_hash: str
    """SHA-256 over the exercise's files, hexadecimal."""
    makes: tuple[Made, ...] = ()
    images: tuple[str, ...] = ()
    """The names of the images that it begins with."""
    packages: tuple[str, ...] = ()
    """What pip will install: ``tabulate==0.9.0``."""
    learned: str = ""
    """What the student has learned, in one to three sentences: said when all steps have passed."""

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps)

    @property
    def guests(self) -> tuple[str, ...]:
        """The folders of its virtual machines in the workspace."""
        return tuple(made.name for made in self.makes if made.kind == "guest")

    @property
    def technology(self) -> str:
        return self.id.partition("/")[0]

    def step(self, step_id: str) -> Step:
        """The step of that id. Raises KeyError."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)
