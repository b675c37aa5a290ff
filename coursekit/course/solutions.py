"""solution.yaml, ways/*.yaml and wrong/*.yaml: what is typed, with the values filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coursekit.course.document import (
    Document,
    KeyPath,
    described,
    read_document,
    require_list,
    require_mapping,
)
from coursekit.course.problems import ContentError, Problem, did_you_mean, one_of
from coursekit.course.values import fill
from coursekit.model.exercise import Exercise
from coursekit.model.solution import Action, Answer, Mistake, Solution, Type

_MISTAKE_KEYS = ("title", "after", "do", "fails", "says")


def read_solution(exercise: Exercise) -> Solution:
    """The exercise's solution, every step of it. Raises ContentError."""
    document = _open(exercise, exercise.folder / "solution.yaml")
    steps = _read_steps(document, exercise)
    if document.data is not None:
        for step in exercise.steps:
            if step.id not in steps:
                document.complain((), f"the solution of the step `{step.id}` is missing")
    if document.problems:
        raise ContentError(document.problems)
    return Solution("solution", tuple((step.id, steps[step.id]) for step in exercise.steps))


def read_ways(exercise: Exercise, solution: Solution) -> tuple[Solution, ...]:
    """The other ways to the goal, by name: the solution, with the steps that a way names in its manner. Raises
    ContentError with the mistakes in all of their files."""
    problems: list[Problem] = []
    ways = []
    for path in sorted((exercise.folder / "ways").glob("*.yaml")):
        document = _open(exercise, path)
        steps = dict(solution.steps) | _read_steps(document, exercise)
        problems += document.problems
        ways.append(Solution(f"ways/{path.stem}", tuple((step.id, steps[step.id]) for step in exercise.steps)))
    if problems:
        raise ContentError(problems)
    return tuple(ways)


def _read_steps(document: Document, exercise: Exercise) -> dict[str, tuple[Action, ...]]:
    data = require_mapping(document, (), document.data, "this file") if document.data is not None else None
    ids = [step.id for step in exercise.steps]
    steps = {}
    for key, raw in (data or {}).items():
        if key not in ids:
            guess = did_you_mean(str(key), ids)
            document.complain((key,), f"`{key}` is not the id of a step.{guess}", at_key=True)
        else:
            steps[str(key)] = _read_actions(document, (key,), fill(raw, exercise.values), exercise, str(key))
    return steps


def read_mistakes(exercise: Exercise) -> tuple[Mistake, ...]:
    """The exercise's typical mistakes, by name. Raises ContentError with the mistakes in all of their files."""
    problems: list[Problem] = []
    mistakes = []
    for path in sorted((exercise.folder / "wrong").glob("*.yaml")):
        document = _open(exercise, path)
        mistake = _read_mistake(document, path.stem, exercise) if document.data is not None else None
        problems += document.problems
        mistakes += [mistake] if mistake else []
    if problems:
        raise ContentError(problems)
    return tuple(mistakes)


def _open(exercise: Exercise, path: Path) -> Document:
    return read_document(path, f"exercises/{exercise.id}/{path.relative_to(exercise.folder).as_posix()}")


def _read_mistake(document: Document, name: str, exercise: Exercise) -> Mistake | None:
    data = require_mapping(document, (), document.data, "this file")
    if data is None:
        return None
    data = fill(dict(data), exercise.values)
    ids = [step.id for step in exercise.steps]
    for key in data:
        if key not in _MISTAKE_KEYS:
            guess = did_you_mean(str(key), _MISTAKE_KEYS)
            document.complain((key,), f"unknown key `{key}`; allowed: {one_of(_MISTAKE_KEYS)}.{guess}", at_key=True)
    for key in ("title", "do", "fails", "says"):
        if key not in data:
            document.complain((), f"`{key}` is missing")
    for key in ("title", "fails", "says", "after"):
        if key in data and not isinstance(data[key], str):
            document.complain((key,), f"`{key}` should be a text, not {described(data[key])}; put it in quotes")
    for key in ("fails", "after"):
        if isinstance(data.get(key), str) and data[key] not in ids:
            guess = did_you_mean(data[key], ids)
            document.complain((key,), f"`{data[key]}` is not the id of a step.{guess}")
    actions = _read_actions(document, ("do",), data.get("do", []), exercise, str(data.get("fails", "")))
    if document.problems:
        return None
    return Mistake(name, data["title"], actions, data["fails"], data["says"], data.get("after"))


def _read_actions(document: Document, path: KeyPath, raw: Any, exercise: Exercise, step: str) -> tuple[Action, ...]:
    actions: list[Action] = []
    for index, item in enumerate(require_list(document, path, raw, "a list of actions") or ()):
        match item:
            case {"type": str(text), **rest} if rest.keys() <= {"note", "until"}:
                actions.append(Type(text, str(rest.get("note", "")), str(rest.get("until", ""))))
            case {"answer": str() | int() | float() | list() as given, **rest} if rest.keys() <= {"note"}:
                answer = "\n".join(map(str, given)) if isinstance(given, list) else str(given)
                _check_answer(document, (*path, index, "answer"), exercise, step, answer)
                actions.append(Answer(step, answer, str(rest.get("note", ""))))
            case _:
                document.complain(
                    (*path, index), "should be `type: COMMAND` or `answer: ANSWER`, with a `note` if you like"
                )
    return tuple(actions)


def _check_answer(document: Document, path: KeyPath, exercise: Exercise, step: str, answer: str) -> None:
    question = next((item.question for item in exercise.steps if item.id == step), None)
    if question is None:
        document.complain(path, f"the step `{step}` asks no question")
        return
    try:
        question.understand(answer)
    except ValueError as error:
        listed = f"; it has {one_of(question.items)}" if question.items else ""
        document.complain(path, f"this is no answer to the question: {error}{listed}")
