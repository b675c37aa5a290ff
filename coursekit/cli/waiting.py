"""What a command prints while something takes long: a line that changes on a terminal, whole lines elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from coursekit.cli.output import say
from coursekit.shell.text import visible
from coursekit.supplies.listener import Listener, in_words

_PAUSE = 0.1
"""Seconds between two changes of the line."""


class _Line:
    """The line on standard error that says how far something is."""

    def __init__(self) -> None:
        self._wanted = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._said: tuple[str, int] = ("", 0)
        self._shown, self._last = False, 0.0

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self.clear()
        say(visible(text))

    def show(self, what: str, done: int, total: int) -> None:
        """Change the line; where it cannot be changed, tell each new thing once."""
        if not self._wanted:
            if what != self._said[0]:
                self._said = (what, 0)
                say(visible(f"{what} …"))
            return
        now = time.monotonic()
        if now - self._last < _PAUSE and (what, total) == self._said:
            return
        self._last, self._said, self._shown = now, (what, total), True
        text = visible(in_words(what, done, total))
        sys.stderr.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


@contextmanager
def waiting() -> Iterator[Listener]:
    """A listener that prints. The line is gone afterwards, whatever happened; Ctrl-C stops what is under way."""
    line = _Line()
    try:
        yield Listener(line.say, line.show)
    finally:
        line.clear()
