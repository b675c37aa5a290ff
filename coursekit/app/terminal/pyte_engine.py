"""The screen engine on pyte: pure Python, for machines without the native library; some ten times slower.

It understands what programs say with TERM=xterm-256color and passes it to the screen; the rest is dropped.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter

from pyte import modes as pyte_modes
from rich.cells import cell_len

from coursekit.app.terminal.cells import cell_text
from coursekit.app.terminal.engine import (
    LONGEST_TITLE,
    MOUSE_MODES,
    PLAIN,
    CellStyle,
    Cursor,
    CursorShape,
    Modes,
    Row,
    Run,
    Scrollback,
    harmless_answers,
)
from coursekit.app.terminal.pyte_screen import BLANK, FullScreen, Line
from coursekit.app.terminal.sequences import Kind, Sequences
from coursekit.app.terminal.sgr import restyled

_CONTROLS = {
    "\b": "backspace",
    "\t": "tab",
    "\n": "linefeed",
    "\v": "linefeed",
    "\f": "linefeed",
    "\r": "carriage_return",
    "\x0e": "shift_out",
    "\x0f": "shift_in",
}
_ESCAPES = {
    "7": "save_cursor",
    "8": "restore_cursor",
    "D": "index",
    "H": "set_tab_stop",
    "M": "reverse_index",
    "c": "reset",
    "#8": "alignment_display",
}
_MOVES = {
    "@": "insert_characters",
    "A": "cursor_up",
    "B": "cursor_down",
    "C": "cursor_forward",
    "D": "cursor_back",
    "E": "cursor_down1",
    "F": "cursor_up1",
    "G": "cursor_to_column",
    "H": "cursor_position",
    "J": "erase_in_display",
    "K": "erase_in_line",
    "L": "insert_lines",
    "M": "delete_lines",
    "P": "delete_characters",
    "X": "erase_characters",
    "`": "cursor_to_column",
    "a": "cursor_forward",
    "d": "cursor_to_line",
    "e": "cursor_down",
    "f": "cursor_position",
    "g": "clear_tab_stop",
    "r": "set_margins",
    "s": "save_cursor",
    "u": "restore_cursor",
}
_OF_THE_SCREEN = frozenset({6, 7, 25})
"""Private modes that pyte itself obeys: origin, wrapping, the cursor's visibility."""
_ALTERNATE = frozenset({47, 1047, 1049})
_SHAPES = {3: CursorShape.UNDERLINE, 4: CursorShape.UNDERLINE, 5: CursorShape.BAR, 6: CursorShape.BAR}
_MOST = 9999
"""The largest number in a sequence that is believed."""


class PyteEngine:
    """See `ScreenEngine`."""

    def __init__(self, columns: int, rows: int, scrollback: int) -> None:
        self._screen = FullScreen(columns, rows, scrollback)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._sequences = Sequences()
        self._answers: list[bytes] = []
        self._modes: set[int] = set()
        self._shape = CursorShape.BLOCK
        self._title = ""
        self._last_text = ""
        self._offset = 0
        self._seen_scrolled = 0
        self._all_changed = True

    @property
    def columns(self) -> int:
        return self._screen.columns

    @property
    def rows(self) -> int:
        return self._screen.lines

    @property
    def modes(self) -> Modes:
        return Modes(
            application_cursor=1 in self._modes,
            bracketed_paste=2004 in self._modes,
            focus_reports=1004 in self._modes,
            alternate_screen=self._screen.alternate,
            synchronized=2026 in self._modes,
            mouse=next((mode for mode in MOUSE_MODES if mode in self._modes), 0),
            mouse_sgr=1006 in self._modes,
        )

    @property
    def title(self) -> str:
        return self._title

    @property
    def scrollback(self) -> Scrollback:
        total = 0 if self._screen.alternate else len(self._screen.history)
        return Scrollback(min(self._offset, total), total)

    def feed(self, data: bytes) -> bytes:
        for kind, text in self._sequences.feed(self._decoder.decode(data)):
            if kind is Kind.TEXT:
                self._screen.draw(text)
                self._last_text = text[-1]
            elif kind is Kind.CSI:
                self._control_sequence(text)
            elif kind is Kind.CONTROL and text in _CONTROLS:
                self._screen.end_pending_wrap()
                getattr(self._screen, _CONTROLS[text])()
            elif kind is Kind.ESCAPE:
                self._escape(text)
            elif kind is Kind.OSC:
                self._set_title(text)
        if self._offset:
            scrolled = self._screen.scrolled - self._seen_scrolled
            self._offset = min(self._offset + scrolled, len(self._screen.history))
        self._seen_scrolled = self._screen.scrolled
        answers = harmless_answers(self._answers)
        self._answers.clear()
        return answers

    def _escape(self, text: str) -> None:
        if text[0] in "()" and text[1:] in ("0", "B"):
            self._screen.define_charset(text[1:], text[0])
        elif text == "E":
            self._screen.carriage_return()
            self._screen.linefeed()
        elif text in _ESCAPES:
            getattr(self._screen, _ESCAPES[text])()
        if text == "c":
            self._modes.clear()

    def _set_title(self, text: str) -> None:
        command, _, title = text.partition(";")
        if command in ("0", "2"):
            self._title = "".join(character for character in title if character.isprintable())[:LONGEST_TITLE]

    def _control_sequence(self, text: str) -> None:
        final, parameters = text[-1], text[:-1]
        prefix = parameters[:1] if parameters[:1] in "<=>?" else ""
        if prefix == "?" and final in "hl":
            for mode in _numbers(parameters[1:]):
                self._set_mode(mode, final == "h")
        elif prefix:
            return
        elif parameters.endswith(" ") and final == "q":
            self._shape = _SHAPES.get(next(iter(_numbers(parameters[:-1])), 0), CursorShape.BLOCK)
        elif final == "m":
            cell = self._screen.cursor.attrs
            self._screen.cursor.attrs = cell._replace(style=restyled(cell.style, parameters))  # type: ignore
        elif all(character in "0123456789;:" for character in parameters):
            self._plain_sequence(final, _numbers(parameters))

    def _plain_sequence(self, final: str, numbers: list[int]) -> None:
        screen, first = self._screen, max(1, numbers[0]) if numbers else 1
        if final in _MOVES:
            if final != "s":
                screen.end_pending_wrap()
            getattr(screen, _MOVES[final])(*numbers[:2] if final in "Hfr" else numbers[:1])
        elif final == "b" and self._last_text:
            screen.draw(self._last_text * min(first, screen.columns * screen.lines))
        elif final in "hl" and 4 in numbers:
            (screen.set_mode if final == "h" else screen.reset_mode)(pyte_modes.IRM)
        elif final in "ST":
            self._scroll_region(final, first)
        elif final in "IZ":
            self._tabs(final, first)
        elif final in "cn":
            self._answer(final, numbers)

    def _scroll_region(self, final: str, count: int) -> None:
        screen = self._screen
        x, y = screen.cursor.x, screen.cursor.y
        top, bottom = screen.margins or (0, screen.lines - 1)
        step: Callable[[], None] = screen.index if final == "S" else screen.reverse_index
        screen.cursor.y = bottom if final == "S" else top
        for _ in range(min(count, screen.lines)):
            step()
        screen.cursor.x, screen.cursor.y = x, y

    def _tabs(self, final: str, count: int) -> None:
        cursor = self._screen.cursor
        for _ in range(min(count, self._screen.columns)):
            if final == "I":
                self._screen.tab()
            else:
                cursor.x = max((stop for stop in self._screen.tabstops if stop < cursor.x), default=0)

    def _answer(self, final: str, numbers: list[int]) -> None:
        if final == "c" and numbers in ([], [0]):
            self._answers.append(b"\x1b[?62;22c")
        elif numbers == [5]:
            self._answers.append(b"\x1b[0n")
        elif numbers == [6]:
            cursor = self._screen.cursor
            self._answers.append(b"\x1b[%d;%dR" % (cursor.y + 1, min(cursor.x + 1, self._screen.columns)))

    def _set_mode(self, mode: int, on: bool) -> None:
        (self._modes.add if on else self._modes.discard)(mode)
        if mode in _OF_THE_SCREEN:
            (self._screen.set_mode if on else self._screen.reset_mode)(mode, private=True)
        elif mode in _ALTERNATE:
            self._screen.set_alternate(on, with_cursor=mode == 1049)
            self.scroll_to_bottom()

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._all_changed = True

    def scroll(self, rows: int) -> None:
        self._offset = max(0, min(self._offset - rows, self.scrollback.total))
        self._all_changed = True

    def scroll_to_bottom(self) -> None:
        self._offset = 0
        self._all_changed = True

    def changed_rows(self) -> dict[int, Row]:
        screen, offset = self._screen, self.scrollback.offset
        everything = self._all_changed or offset
        numbers = range(screen.lines) if everything else sorted(y for y in screen.dirty if y < screen.lines)
        screen.dirty.clear()
        self._all_changed = False
        history = screen.history
        return {
            y: _row(history[len(history) - offset + y] if y < offset else screen.buffer[y - offset], screen.columns)  # type: ignore[arg-type]
            for y in numbers
        }

    def cursor(self) -> Cursor:
        cursor, y = self._screen.cursor, self._screen.cursor.y + self.scrollback.offset
        x = min(cursor.x, self._screen.columns - 1)
        return Cursor(x, y, not cursor.hidden and y < self._screen.lines, self._shape)

    def close(self) -> None:
        self._screen.history.clear()


def _numbers(parameters: str) -> list[int]:
    if not parameters:
        return []
    fields = (field.partition(":")[0] for field in parameters.split(";"))
    return [min(int(field), _MOST) if field.isdecimal() and len(field) < 9 else 0 for field in fields]


def _row(line: Line, columns: int) -> Row:
    pairs: list[tuple[CellStyle, str]] = []
    x = 0
    while x < columns:
        data, style = line.get(x, BLANK)
        width = 2 if data and x + 1 < columns and line.get(x + 1, BLANK).data == "" and cell_len(data) != 1 else 1
        half = not data or (width == 1 and not data.isascii() and cell_len(data[0]) == 2)
        pairs.append((style, " " if half else cell_text(data, width)))
        x += width
    runs = (Run("".join(text for _, text in group), style) for style, group in groupby(pairs, key=itemgetter(0)))
    return tuple(runs) or (Run(" " * columns, PLAIN),)
