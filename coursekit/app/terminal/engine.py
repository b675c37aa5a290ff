"""The contract of a screen engine, and the choice between the two that exist.

An engine turns a program's bytes into rows of styled text. It knows neither Textual nor the pseudo-terminal; what it
answers to the program's questions is collected and handed out, never written. No colour is resolved here: the widget
does that with the app's theme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

Colour = int | tuple[int, int, int] | None
"""A palette index (0-255), red-green-blue (0-255 each), or None for the terminal's own."""


class CellStyle(NamedTuple):
    """How a cell looks."""

    foreground: Colour = None
    background: Colour = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: int = 0
    """0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed."""
    blink: bool = False
    reverse: bool = False
    conceal: bool = False
    strike: bool = False
    overline: bool = False


PLAIN = CellStyle()


class Run(NamedTuple):
    """Neighbouring cells of one style. The text is safe to print and as wide as its cells are."""

    text: str
    style: CellStyle


Row = tuple[Run, ...]
"""A row of the viewport, as wide as the screen."""


class CursorShape(Enum):
    """What the program asked the cursor to look like."""

    BLOCK = "block"
    UNDERLINE = "underline"
    BAR = "bar"


class Cursor(NamedTuple):
    """Where the cursor is in the viewport, from 0. Not visible when hidden or scrolled out of the viewport."""

    x: int
    y: int
    visible: bool
    shape: CursorShape


@dataclass(frozen=True)
class Modes:
    """What the program asked the keyboard and the mouse to do."""

    application_cursor: bool = False
    bracketed_paste: bool = False
    focus_reports: bool = False
    alternate_screen: bool = False
    synchronized: bool = False
    """The program is in the middle of drawing (mode 2026)."""
    mouse: int = 0
    """0, or the private mode that is on: 9 and 1000 buttons, 1002 drags as well, 1003 every movement."""
    mouse_sgr: bool = False
    """Mouse reports take the form of mode 1006, which has no limit on columns."""


class Scrollback(NamedTuple):
    """Where the viewport is: `offset` rows above the bottom, of `total` rows that it can go up."""

    offset: int
    total: int


class ScreenEngine(Protocol):
    """A terminal's screen. Not thread-safe."""

    @property
    def columns(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def modes(self) -> Modes: ...
    @property
    def title(self) -> str:
        """The title that the program set, at most 200 characters, without control characters."""
        ...

    @property
    def scrollback(self) -> Scrollback: ...

    def feed(self, data: bytes) -> bytes:
        """Take output of the program, cut anywhere, and return what must be written back to it (often nothing)."""
        ...

    def resize(self, columns: int, rows: int) -> None:
        """Set the size in cells, both at least 1."""
        ...

    def scroll(self, rows: int) -> None:
        """Move the viewport by that many rows, up when negative, as far as there are rows."""
        ...

    def scroll_to_bottom(self) -> None: ...

    def changed_rows(self) -> dict[int, Row]:
        """Return the viewport's rows, by their number from the top, that may have changed since the last call."""
        ...

    def cursor(self) -> Cursor:
        """Return the cursor as of the last call of `changed_rows`."""
        ...

    def close(self) -> None:
        """Free what the engine holds. It is not used afterwards."""
        ...


MOUSE_MODES = (1003, 1002, 1000, 9)
"""Private modes that track the mouse; the first that is on decides."""

LONGEST_ANSWER = 4096
LONGEST_TITLE = 200

_HARMLESS = re.compile(
    rb"\x1b\[[?>][\d;]*c"  # what kind of terminal
    rb"|\x1b\[0n|\x1b\[\??\d+;\d+(?:;\d+)?R"  # all well; where the cursor is
    rb"|\x1b\[\??\d+;\d\$y"  # whether a mode is on
    rb"|\x1b\](?:4;\d+|1[0-2]);rgb:[0-9a-f/]+(?:\x07|\x1b\\)"  # a colour
)


def harmless_answers(answers: list[bytes]) -> bytes:
    """Join the answers that may be typed into a program; leave out what it could have chosen the text of.

    A title or a clipboard that is read back would be a way to type a command (CVE-2003-0063). Asking endlessly gets at
    most `LONGEST_ANSWER` bytes per piece of output.
    """
    harmless = b"".join(answer for answer in answers if _HARMLESS.fullmatch(answer))
    return harmless if len(harmless) <= LONGEST_ANSWER else b""


def make_engine(columns: int, rows: int, scrollback: int) -> ScreenEngine:
    """Return the best engine of this machine, keeping `scrollback` rows above the screen.

    The fast one is a native library, built for the usual systems only; elsewhere pyte does. The first call imports it,
    which takes a quarter of a second: call it once in a thread when there is time, before the first terminal is shown.
    """
    try:
        from coursekit.app.terminal.ghostty import GhosttyEngine
    except (ImportError, OSError):
        from coursekit.app.terminal.pyte_engine import PyteEngine

        return PyteEngine(columns, rows, scrollback)
    return GhosttyEngine(columns, rows, scrollback)
