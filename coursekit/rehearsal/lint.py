"""What reading alone can find out about an exercise, without playing it: mistakes, and what an author forgot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from coursekit.checks import KINDS
from coursekit.course.exercises import draw_values, read_exercise, read_value_rules
from coursekit.course.guide import commands
from coursekit.course.problems import ContentError, did_you_mean
from coursekit.course.solutions import read_mistakes, read_solution, read_ways
from coursekit.model.check import singles
from coursekit.model.exercise import Exercise
from coursekit.model.solution import Answer, Mistake, Solution
from coursekit.rehearsal.beforehand import unnamed

_PLACEHOLDER = re.compile(r"(?<![${])\{([a-z][a-z0-9_]*)\}(?!\})")
_TRANSFER = 0.4
"""The part of an exercise's points that its last step is worth at least."""
_BRANCHES = 4
"""So many diagnoses an exercise has at least, if anything is done in it and not only asked."""
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_SENTENCES = 3
"""So many sentences at most say what was learned."""
_HINTS = 3
"""So many levels of hints a step has, if it has any."""


def lint(course: Path, exercise_id: str) -> list[str]:
    """All that is wrong with an exercise's files, and all that is missing in them."""
    complaints = []
    try:
        values = draw_values(course, exercise_id, b"lint")
        exercise = read_exercise(course, exercise_id, kinds=KINDS, values=values)
    except ContentError as error:
        return [str(problem) for problem in error.problems]
    solution: Solution | None = None
    mistakes: tuple[Mistake, ...] = ()
    try:
        solution = read_solution(exercise)
        read_ways(exercise, solution)
    except ContentError as error:
        complaints += [str(problem) for problem in error.problems]
    try:
        mistakes = read_mistakes(exercise)
    except ContentError as error:
        complaints += [str(problem) for problem in error.problems]
    complaints += _values(course, exercise)
    complaints += _claims(exercise)
    complaints += _learned(exercise)
    complaints += _hints(exercise)
    complaints += _diagnoses(exercise, mistakes)
    complaints += _transfer(exercise)
    complaints += unnamed(exercise, solution)
    if solution is not None:
        complaints += _answers(exercise, solution)
    return complaints


def _values(course: Path, exercise: Exercise) -> Iterator[str]:
    """Values that are drawn and never used, and names in braces that are no values."""
    declared = set(read_value_rules(course, exercise.id)) | {"observed"}
    used: set[str] = set()
    for path in sorted(exercise.folder.rglob("*")):
        used |= set(_PLACEHOLDER.findall(path.name))
        if not path.is_file() or "__pycache__" in path.parts or path == exercise.folder / "check.py":
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            for name in _PLACEHOLDER.findall(line):
                used.add(name)
                guess = did_you_mean(name, declared)
                if name not in declared and guess:
                    where = f"exercises/{exercise.id}/{path.relative_to(exercise.folder).as_posix()}:{number}"
                    yield f"{where}: {{{name}}} is not a value.{guess}"
    for name in sorted(declared - used - {"observed"}):
        yield f"exercises/{exercise.id}/exercise.yaml: the value `{name}` is drawn and never used"


def _claims(exercise: Exercise) -> Iterator[str]:
    """Each regular expression in a step needs words: the student reads the claim, and never the expression."""
    for step in exercise.steps:
        for single in singles(step.check):
            for name in single.settings.patterns:
                if getattr(single.settings, name) and not single.claim:
                    yield (
                        f"{exercise.id}, step {step.id}: `{name}` in `{single.kind}` needs words: "
                        "add `claim:`, the sentence that should be true"
                    )


def _learned(exercise: Exercise) -> Iterator[str]:
    sentences = len(_SENTENCE_END.findall(exercise.learned))
    if not exercise.learned:
        yield f"{exercise.id}: `learned` is missing: what is worth keeping, in one to three sentences"
    elif sentences > _SENTENCES:
        yield f"{exercise.id}: `learned` has {sentences} sentences; {_SENTENCES} at most are remembered"


def _hints(exercise: Exercise) -> Iterator[str]:
    for step in exercise.steps:
        texts = [hint.text.strip().lower() for hint in step.hints]
        if texts and len(texts) < _HINTS:
            yield f"{exercise.id}, step {step.id}: {len(texts)} of {_HINTS} levels of hints"
        for index, text in enumerate(texts):
            if text in texts[:index] or text.rstrip(".") == step.title.strip().lower().rstrip("."):
                yield f"{exercise.id}, step {step.id}: hint {index + 1} says nothing new"
        if sum(hint.cost for hint in step.hints) > step.points:
            yield f"{exercise.id}, step {step.id}: the hints cost more than the step is worth"


def _diagnoses(exercise: Exercise, mistakes: tuple[Mistake, ...]) -> Iterator[str]:
    """Each diagnosis is proved by a mistake at its step whose words it says."""
    count = sum(len(step.diagnose) for step in exercise.steps)
    if count < _BRANCHES:
        yield f"{exercise.id}: {count} of {_BRANCHES} diagnoses"
    for step in exercise.steps:
        proofs = [" ".join(mistake.says.split()) for mistake in mistakes if mistake.fails == step.id]
        for number, diagnosis in enumerate(step.diagnose, start=1):
            said = " ".join(diagnosis.say.split())
            if not any(words in said for words in proofs):
                yield f"{exercise.id}, step {step.id}: no mistake in wrong/ proves diagnosis {number} (“{said[:60]}…”)"


def _transfer(exercise: Exercise) -> Iterator[str]:
    last = exercise.steps[-1]
    if last.points < _TRANSFER * exercise.points:
        yield f"{exercise.id}, step {last.id}: the last step is worth less than {_TRANSFER:.0%} of the points"
    if commands(last.guide):
        yield f"{exercise.id}, step {last.id}: the guide of the last step prints commands; it should say the goal only"


def _answers(exercise: Exercise, solution: Solution) -> Iterator[str]:
    for step_id, actions in solution.steps:
        question = exercise.step(step_id).question
        given = [action.answer for action in actions if isinstance(action, Answer)]
        if question is not None and (not given or question.mark(given[-1]).right is False):
            yield f"{exercise.id}, step {step_id}: the solution does not answer its question rightly"
