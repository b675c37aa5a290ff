"""Opening a student's practice: the course, the home, the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.course.locate import find_course
from coursekit.course.outline import read_course
from coursekit.model.course import Course
from coursekit.practice.home import find_home
from coursekit.practice.practice import Practice
from coursekit.progress.store import Store

if TYPE_CHECKING:
    from coursekit.course.check_trees import Kinds


def open_course(course: Path | None = None) -> Course:
    """The course in a folder, or the one that coursekit comes with. Raises CourseError."""
    return read_course(find_course(course), _kinds)


def _kinds() -> Kinds:
    from coursekit.checks import KINDS

    return KINDS


@contextmanager
def open_practice(course: Path | None = None) -> Iterator[Practice]:
    """The student's practice with a course, closed at the end. Raises CourseError."""
    outline = open_course(course)
    home = find_home("" if course is None else outline.title)
    with Store.open(home.store) as store:
        yield Practice(outline, store, home)
