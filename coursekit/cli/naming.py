"""Which exercise and step a command is about: named, or the one in whose folder the student stands, or the last one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coursekit.course.problems import did_you_mean
from coursekit.errors import CourseError
from coursekit.model.exercise import Exercise
from coursekit.practice.practice import Practice


def split_words(practice: Practice, words: Sequence[str]) -> tuple[str, list[str]]:
    """The exercise that the words name (or mean by leaving it out) and the remaining words. Raises CourseError."""
    if words and "/" in words[0]:
        return practice.outline(words[0].strip("/")).id, list(words[1:])
    return current_exercise(practice), list(words)


def current_exercise(practice: Practice) -> str:
    """The exercise in whose workspace the student stands, else the one worked on last. Raises CourseError."""
    try:
        here = practice.home.exercise_at(Path.cwd())
    except FileNotFoundError:
        here = None
    if here and here in {outline.id for outline in practice.course.exercises}:
        return here
    last = practice.last_exercise()
    if last is None:
        raise CourseError(
            "Which exercise? You have not started one yet.",
            "To see them: coursekit list. To start the first: coursekit start "
            + next((outline.id for outline in practice.course.exercises), "EXERCISE"),
        )
    return last


def require_step(exercise: Exercise, step_id: str) -> str:
    """The id, if the exercise has such a step; a number counts from 1. Raises CourseError."""
    ids = [step.id for step in exercise.steps]
    if step_id.isdecimal() and 1 <= int(step_id) <= len(ids):
        return ids[int(step_id) - 1]
    if step_id not in ids:
        listed = ", ".join(ids)
        raise CourseError(f"{exercise.id} has no step `{step_id}`.{did_you_mean(step_id, ids)}", f"Its steps: {listed}")
    return step_id
