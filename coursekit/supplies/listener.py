"""Whoever waits for something that takes long: is told what is done, sees how far the rest is, may stop it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coursekit.shell.running import Cancelled, never


class Stopped(Exception):
    """It was stopped on somebody's word. What is whole stays."""


def _nobody(what: str, done: int, total: int) -> None:
    """Show it to nobody."""


@dataclass(frozen=True)
class Listener:
    """Who waits. Called from the thread that works."""

    say: Callable[[str], None]
    """Something is done, or cannot be: a line of text."""
    show: Callable[[str, int, int], None] = _nobody
    """What is under way, and how much of how much is done, in bytes; a total of 0 is not known."""
    cancelled: Cancelled = never

    def went(self, what: str, done: int, total: int) -> None:
        """Show how far it is. Raises Stopped when it is to be stopped."""
        if self.cancelled():
            raise Stopped
        self.show(what, done, total)


def in_megabytes(size: int) -> str:
    """Bytes as a person says them: ``53 MB``, counted as registries and indexes count, in 1,000s."""
    if size >= 10_000_000_000:
        return f"{size / 1e9:.0f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.1f} MB"


def in_words(what: str, done: int, total: int) -> str:
    """What is under way, and how much of how much has come."""
    if total:
        return f"{what}: {in_megabytes(done)} of {in_megabytes(total)}"
    return f"{what}: {in_megabytes(done)}" if done else f"{what} …"
