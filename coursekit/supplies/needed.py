"""What labs need beforehand, found out from the content alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursekit.course.problems import did_you_mean
from coursekit.errors import CourseError, ExitCode

if TYPE_CHECKING:
    from coursekit.model.course import BaseImage, Course, Lab


@dataclass(frozen=True)
class Needed:
    """What some labs need, for every student together."""

    labs: tuple[str, ...]
    images: tuple[BaseImage, ...]
    packages: tuple[str, ...]
    """What pip will be asked for: ``tabulate==0.9.0``."""
    guest: bool = False
    """Whether virtual machines begin from the course's image."""
    inside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Packages that may be installed while an image is built on this one, by the image's name."""


def choose_labs(course: Course, words: Sequence[str]) -> list[Lab]:
    """The labs that the words name, in the course's order; an exercise stands for its lab, no word for all.

    Raises CourseError for a word that names neither.
    """
    names = {lab.id: lab for lab in course.labs} | {e.id: lab for lab in course.labs for e in lab.exercises}
    for word in words:
        if word.strip("/") not in names:
            guess = did_you_mean(word, names)
            listed = ", ".join(lab.id for lab in course.labs)
            raise CourseError(f"There is no lab `{word}`.{guess}", f"Labs: {listed}", ExitCode.USAGE)
    chosen = {names[word.strip("/")].id for word in words} or set(names)
    return [lab for lab in course.labs if lab.id in chosen]


def needed(course: Course, labs: Sequence[Lab]) -> Needed:
    """What these labs need. Raises ContentError."""
    from coursekit.course.wanted import wanted_by

    images: dict[str, BaseImage] = {}
    packages: dict[str, None] = {}
    inside: dict[str, dict[str, None]] = {}
    guest = False
    for lab in labs:
        for exercise in lab.exercises:
            wanted = wanted_by(course.folder, exercise.id)
            packages |= dict.fromkeys(wanted.packages)
            guest |= wanted.guest
            for name in wanted.images:
                images |= {name: course.images[name]} if name in course.images else {}
                inside.setdefault(name, {}).update(dict.fromkeys(wanted.packages))
    return Needed(
        tuple(lab.id for lab in labs),
        tuple(images.values()),
        tuple(packages),
        guest,
        {name: tuple(found) for name, found in inside.items() if found},
    )
