"""Several exercises rehearsed, one after the other or some at once, each in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from coursekit.rehearsal.rehearsal import Report, rehearse


def rehearse_several(course: Path, exercises: Sequence[str], jobs: int, say: Callable[[str], None]) -> Iterator[Report]:
    """The report on each exercise, in their order. Raises CourseError for content that cannot be read."""
    if jobs <= 1 or len(exercises) == 1:
        for exercise_id in exercises:
            say(f"{exercise_id}:")
            yield rehearse(course, exercise_id, say)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for lines, report in pool.map(_rehearse, [course] * len(exercises), exercises):
            say("\n".join(lines))
            yield report


def _rehearse(course: Path, exercise_id: str) -> tuple[list[str], Report]:
    lines = [f"{exercise_id}:"]
    report = rehearse(course, exercise_id, lines.append)
    return lines, report
