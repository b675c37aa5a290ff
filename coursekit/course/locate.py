"""Where a course lies: a folder with ``labs/`` and ``exercises/``, in a checkout or in an installed package."""

from __future__ import annotations

from pathlib import Path

from coursekit.errors import CourseError

GROUP = "coursekit.courses"
"""The entry points by which installed packages offer courses: the course's name, and the package that holds it."""
_PACKAGE = Path(__file__).resolve().parent.parent


def find_course(given: Path | None = None) -> Path:
    """The course's folder: the one given, by path or by name; else the one that coursekit comes with.

    A checkout wins over the copy inside the package, since an editable install holds a frozen one.
    Raises CourseError when there is no such course.
    """
    if given is not None:
        return _given(given)
    for folder in (_PACKAGE.parent, _PACKAGE / "_content"):
        if _holds_course(folder):
            return folder
    raise CourseError(
        "coursekit was installed without its course.",
        "Install it again: pip install --force-reinstall coursekit",
    )


def _holds_course(folder: Path) -> bool:
    return (folder / "labs" / "course.yaml").is_file()


def _given(given: Path) -> Path:
    folder = given.expanduser().resolve()
    if _holds_course(folder):
        return folder
    installed = _installed() if len(given.parts) == 1 else {}
    if given.name in installed:
        return installed[given.name]
    names = ", ".join(sorted(installed))
    raise CourseError(
        f"There is no course in {folder}: labs/course.yaml is missing.",
        "Give the folder that holds `labs` and `exercises`"
        + (f", or the name of an installed course: {names}." if names else "."),
    )


def _installed() -> dict[str, Path]:
    """The courses of installed packages. None of their code is run."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    found = {}
    for entry in entry_points(group=GROUP):
        spec = find_spec(entry.module.partition(".")[0])
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            path = Path(folder, *entry.module.split(".")[1:])
            if _holds_course(path):
                found[entry.name] = path
    return found
