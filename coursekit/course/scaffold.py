"""A new exercise: a commented one that works, but for two blanks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from coursekit.errors import CourseError

_TEMPLATE = Path(__file__).parent / "template"
_ID = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")


def make_exercise(course: Path, exercise_id: str) -> Path:
    """Make the folder of a new exercise; gives it. Raises CourseError when it cannot be made or is there already."""
    if not _ID.fullmatch(exercise_id):
        raise CourseError(
            f"`{exercise_id}` cannot be the id of an exercise.",
            "Take a technology and a name, of a-z, 0-9 and - only, such as venv/first-steps",
        )
    folder = course / "exercises" / exercise_id
    if folder.exists():
        raise CourseError(f"There is an exercise {exercise_id} already: {folder}", "Choose another name.")
    try:
        shutil.copytree(_TEMPLATE, folder)
    except OSError as error:
        raise CourseError(f"{folder} cannot be made: {error.strerror or error}.") from error
    return folder
