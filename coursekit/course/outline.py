"""The course map: course.yaml, lab.yaml, the titles of pages, and an outline of every exercise.

Read without pydantic, since the app's first screen waits for it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.course.document import Document, described, read_document, require_list, require_mapping
from coursekit.course.problems import ContentError, Problem, did_you_mean, one_of
from coursekit.course.values import fill
from coursekit.course.wanted import read_images
from coursekit.errors import CourseError
from coursekit.model.course import Course, ExerciseOutline, Lab, Needs, Page, StepOutline

if TYPE_CHECKING:
    from coursekit.course.check_trees import Kinds

_EXERCISE_ID = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
_NAME = re.compile(r"[a-z0-9-]+")
_SIZE = re.compile(r"\d+ [MG]B")


def read_course(folder: Path, kinds: Callable[[], Kinds]) -> Course:
    """The course in a folder. Raises ContentError with every mistake in what the map shows.

    An exercise that cannot be shown is read as a whole, so that all of its mistakes are told: only for that ``kinds``,
    the kinds of check, are asked for.
    """
    problems: list[Problem] = []
    document = read_document(folder / "labs" / "course.yaml", "labs/course.yaml")
    wanted = {"title": str, "version": str, "labs": list}
    facts = document.data.pop("facts", {}) if isinstance(document.data, dict) else {}
    images = read_images(document, document.data.pop("images", {}) if isinstance(document.data, dict) else {})
    fields = _fields(document, (), document.data, wanted)
    labs = []
    for index, name in enumerate(fields.get("labs", [])):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            document.complain(("labs", index), f"should be the name of a folder in labs/, not {described(name)}")
        else:
            labs.append(_read_lab(folder, name, problems, kinds))
    for name, fact in (require_mapping(document, ("facts",), facts, "`facts`") or {}).items():
        if not isinstance(fact, str):
            document.complain(("facts", name), f"should be a text, not {described(fact)}; put it in quotes")
    _refuse_twice(document, labs)
    problems += document.problems
    if problems:
        raise ContentError(problems)
    return Course(fields["title"], fields["version"], tuple(labs), folder, facts, images)


def read_page(course: Course, page: Page) -> str:
    """The text of a page (markdown), with the course's facts filled in. Raises CourseError when it cannot be read."""
    try:
        return str(fill(page.path.read_text(encoding="utf-8"), course.facts))
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"The page {page.id} cannot be read: {error}") from error


def _read_lab(folder: Path, name: str, problems: list[Problem], kinds: Callable[[], Kinds]) -> Lab:
    document = read_document(folder / "labs" / name / "lab.yaml", f"labs/{name}/lab.yaml")
    wanted = {"title": str, "summary": str, "minutes": int, "items": list}
    raw_needs = document.data.pop("needs", {}) if isinstance(document.data, dict) else {}
    fields = _fields(document, (), document.data, wanted)
    items: list[Page | ExerciseOutline] = []
    for index, item in enumerate(fields.get("items", [])):
        match item:
            case {"page": str(page)} if len(item) == 1 and _NAME.fullmatch(page):
                read = _read_page(folder, name, page, document, index)
                items += [read] if read else []
            case {"exercise": str(exercise)} if len(item) == 1 and _EXERCISE_ID.fullmatch(exercise):
                if (folder / "exercises" / exercise).is_dir():
                    items += _read_outline(folder, exercise, problems, kinds)
                else:
                    document.complain(("items", index), _no_such_exercise(folder, exercise))
            case _:
                document.complain(("items", index), "should be `page: NAME` or `exercise: TECHNOLOGY/NAME`")
    needs = _read_needs(document, raw_needs)
    problems += document.problems
    return Lab(name, fields.get("title", ""), fields.get("summary", ""), fields.get("minutes", 0), tuple(items), needs)


def _read_needs(document: Document, raw: Any) -> Needs:
    allowed = [field.name for field in dataclasses.fields(Needs)]
    found: dict[str, Any] = {}
    for key, value in (require_mapping(document, ("needs",), raw, "`needs`") or {}).items():
        if key not in allowed:
            guess = did_you_mean(str(key), allowed)
            document.complain(("needs", key), f"unknown key `{key}`; allowed: {one_of(allowed)}.{guess}", at_key=True)
        elif key == "technologies":
            found[key] = tuple(map(str, require_list(document, ("needs", key), value, f"`{key}`") or ()))
        elif not isinstance(value, str):
            document.complain(("needs", key), f"should be a text such as `30 MB`, not {described(value)}")
        elif key != "fallback" and not _SIZE.fullmatch(value):
            document.complain(("needs", key), f"`{value}`: should be a size such as `30 MB` or `2 GB`")
        else:
            found[key] = value
    return Needs(**found)


def _no_such_exercise(folder: Path, exercise: str) -> str:
    there = [
        path.parent.relative_to(folder / "exercises").as_posix() for path in folder.glob("exercises/*/*/exercise.yaml")
    ]
    return f"there is no folder exercises/{exercise}.{did_you_mean(exercise, there)}"


def _read_page(folder: Path, lab: str, name: str, document: Document, index: int) -> Page | None:
    path = folder / "labs" / lab / f"{name}.md"
    try:
        with path.open(encoding="utf-8") as lines:
            title = next((line[2:].strip() for line in lines if line.startswith("# ")), "")
    except (OSError, UnicodeDecodeError) as error:
        document.complain(("items", index), f"the page labs/{lab}/{name}.md cannot be read: {error}")
        return None
    if not title:
        document.problems.append(Problem(f"labs/{lab}/{name}.md", 1, 1, "the page has no `# ` heading for its title"))
    return Page(lab, name, title, path)


def _read_outline(
    folder: Path, exercise: str, problems: list[Problem], kinds: Callable[[], Kinds]
) -> list[ExerciseOutline]:
    name = f"exercises/{exercise}/exercise.yaml"
    document = read_document(folder / name, name, only=_IN_OUTLINE)
    data = document.data if isinstance(document.data, Mapping) else {}
    try:
        return [_outline(exercise, data)]
    except (KeyError, TypeError):
        problems += document.problems or _all_problems(folder, exercise, kinds())
    return []


def _outline(exercise: str, data: Mapping[str, Any]) -> ExerciseOutline:
    """What the map shows of an exercise. Raises KeyError or TypeError for what cannot be shown."""
    steps = tuple(
        StepOutline(_plain(step["id"], str), _plain(step["title"], str), _plain(step["points"], int))
        for step in data.get("steps") or ()
    )
    return ExerciseOutline(
        exercise, _plain(data["title"], str), _plain(data["summary"], str), _plain(data["minutes"], int), steps
    )


def _all_problems(folder: Path, exercise: str, kinds: Kinds) -> Sequence[Problem]:
    from coursekit.course.exercises import read_exercise

    try:
        read_exercise(folder, exercise, kinds=kinds)
    except ContentError as error:
        return error.problems
    return [Problem(f"exercises/{exercise}/exercise.yaml", 1, 1, "the course map cannot show this exercise")]


def _plain(data: Any, wanted: type) -> Any:
    if not isinstance(data, wanted):
        raise TypeError(f"{described(data)} in place of {_WORDS[wanted]}")
    return data


_IN_OUTLINE = frozenset({"title", "summary", "minutes", "steps", "id", "points"})
"""The keys of an exercise and of its steps that the map shows."""
_WORDS = {str: "a text", int: "a whole number", list: "a list"}


def _fields(document: Document, path: tuple[str, ...], data: Any, wanted: Mapping[str, type]) -> dict[str, Any]:
    """The fields of a mapping that are of the wanted type. Everything else is noted."""
    if document.problems and data is None:
        return {}
    mapping = require_mapping(document, path, data, "this file") or {}
    for key in mapping:
        if key not in wanted:
            guess = did_you_mean(str(key), wanted)
            document.complain((*path, key), f"unknown key `{key}`; allowed: {one_of(wanted)}.{guess}", at_key=True)
    found = {}
    for key, kind in wanted.items():
        if key not in mapping:
            document.complain(path, f"`{key}` is missing")
        elif kind is list:
            if require_list(document, (*path, key), mapping[key], f"`{key}`") is not None:
                found[key] = mapping[key]
        elif not isinstance(mapping[key], kind) or isinstance(mapping[key], bool):
            quotes = "; put it in quotes" if kind is str else ""
            document.complain((*path, key), f"`{key}` should be {_WORDS[kind]}, not {described(mapping[key])}{quotes}")
        else:
            found[key] = mapping[key]
    return found


def _refuse_twice(document: Document, labs: list[Lab]) -> None:
    seen: set[str] = set()
    for lab in labs:
        for exercise in lab.exercises:
            if exercise.id in seen:
                document.complain(("labs",), f"the exercise {exercise.id} stands in the course twice")
            seen.add(exercise.id)
