"""What happened, as the store remembers it: one append-only, hash-chained list of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class What(StrEnum):
    """The kinds of event."""

    STARTED = "started"
    """detail: values, workspace, content_hash, course_version."""
    CHECKED = "checked"
    """detail: outcome, asked (bool), verdict."""
    ANSWERED = "answered"
    """detail: answer, right (bool)."""
    HINTED = "hinted"
    """detail: level (from 1), cost."""
    RESET = "reset"
    """detail: kept (the folder with the copy of the student's work)."""
    READ = "read"
    """A page, to its end; its id stands in place of an exercise's."""


@dataclass(frozen=True)
class Event:
    """One thing that happened in one exercise, or with one page."""

    what: What
    exercise: str
    step: str = ""
    """Empty when it concerns the whole exercise."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON."""
    time: float = 0.0
    """Seconds since the epoch, UTC; the store fills it in when an event is recorded."""
    number: int = 0
    """Its place in the chain, from 1; the store fills it in."""
