"""A widget that shows a screen engine: its size, its painting, its scrolling and the selection of text.

What is fed to it is painted at once when the last painting is some time ago, else with the next frame, so that an echo
is quick and a flood is cheap. It knows no process; `widget.py` adds one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from rich.cells import cell_len
from textual.geometry import Offset, Region
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from coursekit.app.terminal.engine import Cursor, CursorShape, Modes, Row, ScreenEngine, Scrollback, make_engine
from coursekit.app.terminal.rendering import restyled, row_strip, with_cursor

MakeEngine = Callable[[int, int, int], ScreenEngine]
"""From columns, rows and rows of scrollback."""

_FRAME = 1 / 60
"""Seconds between two paintings; twice that while most of the screen changes."""
_LONGEST_HOLD = 0.15
"""Seconds for which a program may hold its drawing back (mode 2026)."""
_RESIZE_PAUSE = 0.06
"""Seconds without a further change of size before the program is told, so that dragging a border does not flood it."""
_UNKNOWN_SIZE = (80, 24)


class ScreenView(Widget):
    """Shows what is fed to it."""

    def __init__(
        self,
        *,
        scrollback: int = 10_000,
        engine: MakeEngine = make_engine,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`scrollback` is the number of rows kept above the screen. The engine is made when the size is known."""
        super().__init__(name=name, id=id, classes=classes)
        self._scrollback = scrollback
        self._make_engine = engine
        self._engine: ScreenEngine | None = None
        self._rows: list[Row] = []
        self._strips: dict[int, Strip] = {}
        self._cursor = Cursor(0, 0, False, CursorShape.BLOCK)
        self._paint_timer: asyncio.TimerHandle | None = None
        self._resize_timer: asyncio.TimerHandle | None = None
        self._painted = 0.0
        self._pause = _FRAME
        self._held_since: float | None = None

    @property
    def engine(self) -> ScreenEngine:
        """The engine, made now if there is none yet."""
        if self._engine is None:
            columns, rows = self.size if self.size.area else _UNKNOWN_SIZE
            self._engine = self._make_engine(columns, rows, self._scrollback)
        return self._engine

    @property
    def modes(self) -> Modes:
        """What the program asked for."""
        return Modes() if self._engine is None else self._engine.modes

    @property
    def scrolled(self) -> Scrollback:
        """How far the view is scrolled back."""
        return Scrollback(0, 0) if self._engine is None else self._engine.scrollback

    @property
    def program_title(self) -> str:
        """The title that the program set."""
        return "" if self._engine is None else self._engine.title

    @property
    def visible_text(self) -> str:
        """What was painted last, row by row, without spaces at the ends."""
        return "\n".join("".join(run.text for run in row).rstrip() for row in self._rows)

    def feed(self, data: bytes) -> bytes:
        """Show output, and return what must be answered to the program."""
        answer = self.engine.feed(data)
        self._paint_soon()
        return answer

    def scroll_rows(self, rows: int) -> None:
        """Move the view by rows, up when negative."""
        self.engine.scroll(rows)
        self._paint_soon()

    def scroll_back_down(self) -> None:
        """Show the newest output again."""
        if self.scrolled.offset:
            self.engine.scroll_to_bottom()
            self._paint_soon()

    def size_changed(self, columns: int, rows: int) -> None:
        """Called when the screen has a new size, in cells."""

    def on_resize(self) -> None:
        self._strips.clear()
        if self._resize_timer is not None:
            self._resize_timer.cancel()
        pause = 0 if self._engine is None else _RESIZE_PAUSE
        self._resize_timer = asyncio.get_running_loop().call_later(pause, self._resize)

    def _resize(self) -> None:
        self._resize_timer = None
        if not self.size.area:  # hidden: the program keeps the size that it had
            return
        columns, rows = self.size
        if (columns, rows) != (self.engine.columns, self.engine.rows):
            self.engine.resize(columns, rows)
        self.size_changed(columns, rows)
        self._paint_soon()

    def on_unmount(self) -> None:
        for timer in (self._paint_timer, self._resize_timer):
            if timer is not None:
                timer.cancel()
        self._paint_timer = self._resize_timer = None
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _paint_soon(self) -> None:
        if self._paint_timer is None:
            wait = max(0.0, self._painted + self._pause - time.monotonic())
            self._paint_timer = asyncio.get_running_loop().call_later(wait, self._paint)

    def _paint(self) -> None:
        self._paint_timer = None
        self._painted = time.monotonic()
        engine = self.engine
        if self._held_back():
            self._paint_soon()
            return
        changed = engine.changed_rows()
        del self._rows[engine.rows :]
        self._rows += [()] * (engine.rows - len(self._rows))
        for y, row in changed.items():
            self._rows[y] = row
            self._strips.pop(y, None)
        self._pause = _FRAME if len(changed) * 2 <= engine.rows else 2 * _FRAME
        dirty = set(changed)
        if self._cursor != engine.cursor():
            dirty |= {self._cursor.y, engine.cursor().y}
            self._cursor = engine.cursor()
        self._forget_selection(changed)
        self._place_cursor()
        if dirty:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in dirty))

    def _held_back(self) -> bool:
        if not self.modes.synchronized:
            self._held_since = None
            return False
        self._held_since = self._held_since or self._painted
        return self._painted - self._held_since < _LONGEST_HOLD

    def _place_cursor(self) -> None:
        """Tell the outer terminal where the typing happens, for input methods and screen readers."""
        if self.has_focus and self._cursor.visible:
            self.app.cursor_position = self.content_region.offset + Offset(self._cursor.x, self._cursor.y)

    def refresh_cursor(self) -> None:
        """Paint the cursor anew, such as after a change of focus."""
        self._place_cursor()
        self.refresh(Region(0, self._cursor.y, self.size.width, 1))

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, base)
        strip = self._strips.get(y)
        if strip is None:
            strip = row_strip(self._rows[y], base, colours=not self.app.no_color).adjust_cell_length(width, base)
            self._strips[y] = strip
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(y)) is not None:
            strip = self._with_selection(strip, *span)
        if y == self._cursor.y:
            strip = with_cursor(strip, self._cursor, self.has_focus)
        return strip.apply_offsets(0, y)

    def _with_selection(self, strip: Strip, start: int, end: int) -> Strip:
        """Textual counts a selection in characters, a strip is cut in cells."""
        text, length = strip.text, strip.cell_length
        last = length if end == -1 else cell_len(text[:end])
        style = self.screen.get_component_rich_style("screen--selection")
        return restyled(strip, min(cell_len(text[:start]), length), last, style)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text and what to put behind it."""
        lines = []
        for y, text in enumerate(self.visible_text.split("\n")):
            if (span := selection.get_span(y)) is not None:
                start, end = span
                lines.append(text[start:] if end == -1 else text[start:end])
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def _forget_selection(self, changed: dict[int, Row]) -> None:
        """A selection of text that has changed would copy something else than what was marked."""
        selection = self.text_selection
        if selection is not None and any(selection.get_span(y) is not None for y in changed):
            self.screen.clear_selection()
