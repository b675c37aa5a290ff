"""An exercise's folder as an ``Exercise``: exercise.yaml and guide.md, validated, with the values filled in."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit.course.check_trees import Kinds, read_check
from coursekit.course.document import (
    Document,
    KeyPath,
    described,
    read_document,
    require_list,
    require_mapping,
)
from coursekit.course.guide import Guide, read_guide
from coursekit.course.problems import ContentError, Problem, did_you_mean, one_of
from coursekit.course.validate import validate
from coursekit.course.values import SAMPLE_SEED, Rule, draw, fill, read_rules
from coursekit.course.wanted import read_wanted
from coursekit.model.check import All, Single
from coursekit.model.exercise import MADE, Diagnosis, Exercise, Hint, Made, MustHold, Step
from coursekit.model.question import Choice, Question

_STEP_ID = re.compile(r"[a-z0-9-]+")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m)?")
_EXERCISE_KEYS = ("title", "summary", "minutes", "learned", "values", "makes", "images", "packages", "steps")


@dataclasses.dataclass(frozen=True)
class _Head:
    """What exercise.yaml says of the exercise as a whole."""

    title: str
    summary: str
    minutes: int
    learned: str = ""


def read_exercise(course: Path, exercise_id: str, *, kinds: Kinds, values: Mapping[str, str] | None = None) -> Exercise:
    """The exercise with ``values`` filled in; without them, with sample values.

    Raises ContentError with every mistake in exercise.yaml and guide.md.
    """
    folder = course / "exercises" / exercise_id
    name = f"exercises/{exercise_id}"
    document = read_document(folder / "exercise.yaml", f"{name}/exercise.yaml")
    problems = document.problems
    if document.data is None or (data := require_mapping(document, (), document.data, "this file")) is None:
        raise ContentError(problems)
    rules = read_rules(document, data.get("values")) if values is None or "packages" in data else {}
    if values is None:
        values = draw(rules, SAMPLE_SEED, exercise_id)
    for key in data:
        if key not in _EXERCISE_KEYS:
            guess = did_you_mean(str(key), _EXERCISE_KEYS)
            document.complain((key,), f"unknown key `{key}`; allowed: {one_of(_EXERCISE_KEYS)}.{guess}", at_key=True)
    filled = fill(dict(data), values)
    fields = {field.name for field in dataclasses.fields(_Head)}
    head = validate(document, (), {key: filled[key] for key in filled if key in fields}, _Head)
    makes = _read_makes(document, filled.get("makes", []))
    wanted = read_wanted(document, course, rules)
    raw_steps = _raw_steps(document, filled)
    guide = _guide(folder, name, raw_steps, values, problems)
    read = [_read_step(document, index, raw, guide, kinds) for index, raw in enumerate(raw_steps)]
    steps = [_shuffled(step, f"{exercise_id} {sorted(values.items())}") for step in read if step]
    _check_references(document, raw_steps)
    if problems or head is None:
        raise ContentError(problems)
    return Exercise(
        id=exercise_id,
        title=head.title,
        summary=head.summary,
        minutes=head.minutes,
        steps=tuple(steps),
        introduction=guide.introduction,
        folder=folder,
        values=values,
        content_hash=content_hash(folder),
        makes=makes,
        images=wanted.images,
        packages=tuple(filled.get("packages", ())),
        learned=head.learned.strip(),
    )


def draw_values(course: Path, exercise_id: str, seed: bytes) -> dict[str, str]:
    """The values of one student in one exercise. Raises ContentError."""
    return draw(read_value_rules(course, exercise_id), seed, exercise_id)


def read_value_rules(course: Path, exercise_id: str) -> dict[str, Rule]:
    """The rules by which an exercise draws its values. Raises ContentError."""
    name = f"exercises/{exercise_id}/exercise.yaml"
    document = read_document(course / name, name)
    data = document.data if isinstance(document.data, Mapping) else {}
    rules = read_rules(document, data.get("values"))
    if document.problems:
        raise ContentError(document.problems)
    return rules


def content_hash(folder: Path) -> str:
    """SHA-256 over the names and bytes of an exercise's files, hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            body = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()


def _read_makes(document: Document, raw: Any) -> tuple[Made, ...]:
    makes = []
    for index, item in enumerate(require_list(document, ("makes",), raw, "`makes`") or ()):
        match item:
            case dict() if len(item) == 1 and all(isinstance(name, str) for name in item.values()):
                [(kind, name)] = item.items()
                if kind in MADE:
                    makes.append(Made(kind, name))
                    continue
        document.complain(("makes", index), f"should be one of {one_of(MADE)}, and its name")
    return tuple(sorted(makes, key=lambda made: MADE.index(made.kind)))


def _raw_steps(document: Document, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = require_list(document, ("steps",), data.get("steps"), "`steps`")
    if listed == []:
        document.complain(("steps",), "an exercise has at least one step")
    seen: set[str] = set()
    steps = []
    for index, raw in enumerate(listed or ()):
        if require_mapping(document, ("steps", index), raw, "a step") is None:
            continue
        step_id = raw.get("id")
        if isinstance(step_id, str) and not _STEP_ID.fullmatch(step_id):
            document.complain(("steps", index, "id"), f"`{step_id}`: an id is made of a-z, 0-9 and - only")
        if isinstance(step_id, str) and step_id in seen:
            document.complain(("steps", index, "id"), f"two steps have the id `{step_id}`")
        seen.add(str(step_id))
        steps.append(raw)
    return steps


def _guide(
    folder: Path, name: str, steps: list[dict[str, Any]], values: Mapping[str, str], problems: list[Problem]
) -> Guide:
    try:
        text = (folder / "guide.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(f"{name}/guide.md", 1, 1, f"cannot be read: {error}"))
        return Guide("", {})
    ids = list(dict.fromkeys(str(step["id"]) for step in steps if "id" in step))
    guide, found = read_guide(fill(text, values), f"{name}/guide.md", ids)
    problems += found
    return guide


def _read_step(document: Document, index: int, raw: dict[str, Any], guide: Guide, kinds: Kinds) -> Step | None:
    path: KeyPath = ("steps", index)
    before = len(document.problems)
    data = dict(raw)
    if "guide" in data:
        document.complain((*path, "guide"), "a step's guide is its section of guide.md", at_key=True)
    data["guide"] = guide.sections.get(str(raw.get("id")), "")
    if "check" in data:
        data["check"] = read_check(document, (*path, "check"), raw["check"], kinds) or All(())
    if "hints" in data:
        data["hints"] = _read_hints(document, (*path, "hints"), raw["hints"])
    if "diagnose" in data:
        data["diagnose"] = _read_diagnoses(document, (*path, "diagnose"), raw["diagnose"], kinds)
    if "must_hold" in data:
        data["must_hold"] = _read_must_hold(document, (*path, "must_hold"), raw["must_hold"])
    for key in ("limit", "retry", "watch"):
        if key in data:
            data[key] = _seconds(document, (*path, key), raw[key])
    sound = len(document.problems) == before
    step = validate(document, path, {key: value for key, value in data.items() if value is not None}, Step)
    if step and step.points < 0:
        document.complain((*path, "points"), "`points` cannot be below zero")
    return step if sound else None


def _shuffled(step: Step, student: str) -> Step:
    """The step with the choices of its question in an order that depends on the student's values alone."""
    match step.check:
        case Single(kind, Question(choices=choices) as question):

            def place(choice: Choice) -> bytes:
                return hashlib.sha256(f"{student} {step.id} {choice.text}".encode()).digest()

            shuffled = dataclasses.replace(question, choices=tuple(sorted(choices, key=place)))
            return dataclasses.replace(step, check=Single(kind, shuffled))
    return step


def _read_hints(document: Document, path: KeyPath, raw: Any) -> list[Hint]:
    hints = []
    for index, item in enumerate(require_list(document, path, raw, "`hints`") or ()):
        data = {"text": item} if isinstance(item, str) else item
        if require_mapping(document, (*path, index), data, "a hint") is not None:
            hint = validate(document, (*path, index), data, Hint)
            hints += [hint] if hint else []
    return hints


def _read_diagnoses(document: Document, path: KeyPath, raw: Any, kinds: Kinds) -> list[Diagnosis]:
    diagnoses = []
    for index, item in enumerate(require_list(document, path, raw, "`diagnose`") or ()):
        place = (*path, index)
        if require_mapping(document, place, item, "a diagnosis") is None:
            continue
        data = dict(item)
        if "when" in data:
            data["when"] = read_check(document, (*place, "when"), item["when"], kinds)
            if data["when"] is None:
                continue
        diagnosis = validate(document, place, data, Diagnosis)
        diagnoses += [diagnosis] if diagnosis else []
    return diagnoses


def _read_must_hold(document: Document, path: KeyPath, raw: Any) -> MustHold | None:
    match raw:
        case "end":
            return MustHold(to_the_end=True)
        case {"until": str(step)} if len(raw) == 1:
            return MustHold(until=step)
    document.complain(path, f"`must_hold` should be `end` or `until: STEP`, not {described(raw)}")
    return None


def _seconds(document: Document, path: KeyPath, raw: Any) -> float | None:
    match = _DURATION.fullmatch(str(raw).strip())
    if not match or float(match[1]) <= 0:
        document.complain(path, f"should be a time such as `20s` or `2min`, not {described(raw)}")
        return None
    return float(match[1]) * (60 if match[2] in ("m", "min") else 1)


def _check_references(document: Document, steps: list[dict[str, Any]]) -> None:
    ids = [str(step.get("id")) for step in steps]
    for index, step in enumerate(steps):
        needs = step.get("needs")
        for number, needed in enumerate(needs if isinstance(needs, list) else ()):
            if needed not in ids[:index]:
                guess = did_you_mean(str(needed), ids[:index])
                document.complain(("steps", index, "needs", number), f"`{needed}` is not an earlier step.{guess}")
        match step.get("must_hold"):
            case {"until": str(until)} if until not in ids[index + 1 :]:
                guess = did_you_mean(until, ids[index + 1 :])
                document.complain(("steps", index, "must_hold"), f"`{until}` is not a later step.{guess}")
