"""Where the course lies: a folder with ``labs/`` and ``exercises/``."""

from __future__ import annotations

from pathlib import Path

from coursekit.errors import CourseError

_PACKAGE = Path(__file__).resolve().parent.parent


def find_course(given: Path | None = None) -> Path:
    """The course's folder: the one given, else the checkout that coursekit runs from, else the installed copy.

    A checkout wins over the copy inside the package, since an editable install holds a frozen one.
    Raises CourseError when the folder given holds no course.
    """
    if given is not None:
        folder = given.expanduser().resolve()
        if not (folder / "labs" / "course.yaml").is_file():
            raise CourseError(
                f"There is no course in {folder}: labs/course.yaml is missing.",
                "Give the folder that holds `labs` and `exercises`.",
            )
        return folder
    for folder in (_PACKAGE.parent, _PACKAGE / "_content"):
        if (folder / "labs" / "course.yaml").is_file():
            return folder
    raise CourseError(
        "coursekit was installed without its course.",
        "Install it again: pip install --force-reinstall coursekit",
    )
