"""The hash chain over the events: each row's hash covers its content and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

Row = tuple[int, float, str, str, str, str, str]
"""number, time, what, exercise, step, detail (JSON), hash."""

START = "0" * 64


def link(previous: str, number: int, time: float, what: str, exercise: str, step: str, detail: str) -> str:
    """The hash of a row, hexadecimal SHA-256."""
    content = json.dumps([previous, number, repr(time), what, exercise, step, detail], separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def broken_links(rows: Iterable[Row], head: str) -> list[str]:
    """What is wrong with a chain, in plain words. ``head`` is the hash of its last row, kept apart."""
    problems = []
    previous, expected = START, 1
    for number, time, what, exercise, step, detail, stored in rows:
        if number != expected:
            problems.append(f"event {expected} is missing")
        elif link(previous, number, time, what, exercise, step, detail) != stored:
            problems.append(f"event {number} ({what} {exercise} {step}) was changed")
        previous, expected = stored, number + 1
    if previous != head:
        problems.append("the last events are missing")
    return problems
