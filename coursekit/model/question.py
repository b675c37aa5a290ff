"""A question asked in the app, and what counts as an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One of the answers a student may pick."""

    text: str
    because: str
    """Why this answer is right or wrong: shown once it has been given."""
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with choices, exactly one of which is right."""

    ask: str
    choices: tuple[Choice, ...]
