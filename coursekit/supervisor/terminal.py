"""The terminal as it was before the app, and giving it back after whatever happened to the app."""

from __future__ import annotations

import contextlib
import os
import termios
from typing import Any

_LEAVE = (
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l"  # mouse tracking off
    b"\x1b[?1004l\x1b[?2004l\x1b[<u"  # focus reports, bracketed paste, key protocol off
    b"\x1b[?1049l\x1b[?25h\x1b[0m"  # the normal screen, the cursor, no colour
)


class TerminalGuard:
    """Remembers the terminal's settings, and gives them back."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._saved: list[Any] | None = None
        with contextlib.suppress(termios.error):
            self._saved = termios.tcgetattr(descriptor)

    def give_back(self, *, leave_screen: bool) -> None:
        """Set the terminal as it was; with ``leave_screen`` also undo what a dead app can no longer undo."""
        if self._saved is None:
            return
        if leave_screen:
            with contextlib.suppress(OSError):
                os.write(1, _LEAVE)
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._saved)
