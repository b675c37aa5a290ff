"""pyte's screen with what it lacks: full styles, an alternate screen, rows that scroll off, sane wide characters."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

from pyte import modes
from pyte.screens import Cursor, Margins, Screen
from wcwidth import wcwidth

from coursekit.app.terminal.engine import PLAIN, CellStyle


class Cell(NamedTuple):
    """A cell, in the place of pyte's `Char`. Empty text: the second half of a wide character."""

    data: str
    style: CellStyle


BLANK = Cell(" ", PLAIN)
Line = Mapping[int, Cell]


class FullScreen(Screen):
    """A screen of cells; `history` holds what scrolled off the primary screen, the oldest first."""

    def __init__(self, columns: int, lines: int, scrollback: int) -> None:
        self.history: deque[Line] = deque(maxlen=scrollback)
        self.scrolled = 0
        """How many rows went into the history, ever."""
        self._primary: tuple[dict[int, Any], Cursor] | None = None
        super().__init__(columns, lines)

    @property
    def default_char(self) -> Cell:  # type: ignore[override]
        return BLANK

    @property
    def alternate(self) -> bool:
        return self._primary is not None

    def reset(self) -> None:
        self._primary = None
        super().reset()
        self.cursor.attrs = BLANK  # type: ignore[assignment]

    def set_alternate(self, on: bool, with_cursor: bool) -> None:
        """Show the other screen. The alternate one begins empty; the cursor comes back if it was to be kept."""
        if on == self.alternate:
            return
        self.dirty.update(range(self.lines))
        if on:
            kept = Cursor(self.cursor.x, self.cursor.y, self.cursor.attrs)
            self._primary = (dict(self.buffer), kept)
            self.buffer.clear()
        elif self._primary is not None:
            rows, cursor = self._primary
            self._primary = None
            self.buffer.clear()
            self.buffer.update(rows)
            if with_cursor:
                self.cursor.x, self.cursor.y, self.cursor.attrs = cursor.x, cursor.y, cursor.attrs
            self.ensure_hbounds()
            self.ensure_vbounds(use_margins=False)

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Set the size; rows that no longer fit above the cursor scroll off. Lines are cut, not wrapped anew."""
        self.lines, self.columns = lines or self.lines, columns or self.columns
        too_many = max(0, self.cursor.y - (self.lines - 1))
        if too_many:
            for y in range(too_many):
                self._scroll_off(y)
            rows = {y - too_many: line for y, line in self.buffer.items() if y >= too_many}
            self.buffer.clear()
            self.buffer.update(rows)
            self.cursor.y -= too_many
        for y in [y for y in self.buffer if y >= self.lines]:
            del self.buffer[y]
        self.cursor.x = min(self.cursor.x, self.columns - 1)
        self.tabstops = set(range(8, self.columns, 8))
        self.margins = None
        self.dirty.update(range(self.lines))

    def _scroll_off(self, y: int) -> None:
        if not self.alternate:
            self.history.append(self.buffer[y])  # type: ignore[arg-type]
            self.scrolled += 1

    def index(self) -> None:
        top, bottom = self.margins or Margins(0, self.lines - 1)
        scrolls = self.cursor.y == bottom
        if scrolls and top == 0:
            self._scroll_off(0)
        super().index()
        if scrolls and self._erased() is not BLANK:
            self._erase(bottom, range(self.columns))

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        super().set_margins(top, bottom)
        self.cursor_position()

    def insert_characters(self, count: int | None = None) -> None:
        super().insert_characters(count)
        line = self.buffer[self.cursor.y]
        for x in [x for x in line if x >= self.columns]:
            del line[x]

    def insert_lines(self, count: int | None = None) -> None:
        self._move_lines(count or 1)

    def delete_lines(self, count: int | None = None) -> None:
        self._move_lines(-(count or 1))

    def _move_lines(self, by: int) -> None:
        """Move the lines from the cursor to the lower margin; pyte forgets those that were never written to."""
        top, bottom = self.margins or Margins(0, self.lines - 1)
        y = self.cursor.y
        if not top <= y <= bottom:
            return
        lines = {number + by: self.buffer.pop(number) for number in range(y, bottom + 1) if number in self.buffer}
        self.buffer.update({number: line for number, line in lines.items() if y <= number <= bottom})
        self.dirty.update(range(y, bottom + 1))
        self.carriage_return()

    def end_pending_wrap(self) -> None:
        """Any movement takes the cursor back from behind the last column, where pyte leaves it."""
        self.cursor.x = min(self.cursor.x, self.columns - 1)

    def draw(self, data: str) -> None:
        if self.charset or self.g0_charset is not None:
            data = data.translate(self.g1_charset if self.charset else self.g0_charset)
        wraps = modes.DECAWM in self.mode
        if data.isascii() and wraps and modes.IRM not in self.mode:
            self._draw_ascii(data)
            return
        for character in data:
            width = wcwidth(character)
            if width < 1 and not unicodedata.combining(character):
                continue  # joiners and the like: pyte would drop the rest of the text with them
            if width == 2 and self.columns < 2:
                continue
            if width == 2 and self.cursor.x == self.columns - 1 and wraps:
                self.cursor.x = self.columns
            super().draw(character)

    def _draw_ascii(self, data: str) -> None:
        position, cursor, style = 0, self.cursor, self.cursor.attrs.style  # type: ignore[attr-defined]
        while position < len(data):
            if cursor.x >= self.columns:
                self.carriage_return()
                self.linefeed()
            part = data[position : position + self.columns - cursor.x]
            line: dict[int, Any] = self.buffer[cursor.y]
            line.update(
                zip(range(cursor.x, self.columns), [Cell(character, style) for character in part], strict=False)
            )
            self.dirty.add(cursor.y)
            cursor.x += len(part)
            position += len(part)

    def _erased(self) -> Cell:
        """An erased cell has the background of the cursor, and nothing else of it."""
        background = self.cursor.attrs.style.background  # type: ignore[attr-defined]
        return BLANK if background is None else Cell(" ", CellStyle(background=background))

    def _erase(self, y: int, columns: range) -> None:
        self.dirty.add(y)
        line: dict[int, Any] = self.buffer[y]
        line.update(dict.fromkeys(columns, self._erased()))

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        x = self.cursor.x
        ranges = {0: range(x, self.columns), 1: range(x + 1), 2: range(self.columns)}
        self._erase(self.cursor.y, ranges.get(how, range(0)))

    def erase_in_display(self, how: int = 0, *_: Any, **__: Any) -> None:
        if how == 3:
            self.history.clear()
            return
        y = self.cursor.y
        ranges = {0: range(y + 1, self.lines), 1: range(y), 2: range(self.lines)}
        for row in ranges.get(how, range(0)):
            self._erase(row, range(self.columns))
        if how in (0, 1):
            self.erase_in_line(how)

    def erase_characters(self, count: int | None = None) -> None:
        x = self.cursor.x
        self._erase(self.cursor.y, range(x, min(x + (count or 1), self.columns)))
