"""The screen engine on libghostty-vt: the fast one.

Rows are read through the library's render state, which knows what changed. A row arrives as one 64-bit value per cell;
what a value means is asked once and remembered, so that a row costs one dictionary look-up a cell. Only styles are
looked up per row, because style numbers are reused.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from pyghostty import Terminal
from pyghostty._ffi import check, ffi, lib, union_fn
from pyghostty.core import init_sized

from coursekit.app.terminal.cells import cell_text
from coursekit.app.terminal.engine import (
    LONGEST_TITLE,
    MOUSE_MODES,
    PLAIN,
    CellStyle,
    Colour,
    Cursor,
    CursorShape,
    Modes,
    Row,
    Run,
    Scrollback,
    harmless_answers,
)

# As in pyghostty._ffi: a union cannot be passed by value, a struct of the same layout can.
ffi.cdef("typedef struct { int tag; int64_t delta; uint64_t unused; } CoursekitScrollViewport;")

_SHAPES = {
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_BAR: CursorShape.BAR,
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_UNDERLINE: CursorShape.UNDERLINE,
}
_LONGEST_APC = 4096
_MOST_REMEMBERED = 50_000


class _Cell:
    """The meaning of a cell's 64-bit value."""

    __slots__ = ("grapheme", "key", "text", "width")

    def __init__(self, value: int) -> None:
        tag = _cell_datum(value, lib.GHOSTTY_CELL_DATA_CONTENT_TAG, "int")
        wide = _cell_datum(value, lib.GHOSTTY_CELL_DATA_WIDE, "int")
        self.width = {lib.GHOSTTY_CELL_WIDE_WIDE: 2, lib.GHOSTTY_CELL_WIDE_SPACER_TAIL: 0}.get(wide, 1)
        self.grapheme = tag == lib.GHOSTTY_CELL_CONTENT_CODEPOINT_GRAPHEME
        self.key: int | CellStyle = 0
        """A style number of the row's page, 0 for plain; or the style itself, of an erased cell with a background."""
        codepoint = 0
        if tag == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_PALETTE:
            palette = _cell_datum(value, lib.GHOSTTY_CELL_DATA_COLOR_PALETTE, "uint8_t")
            self.key = CellStyle(background=palette)
        elif tag == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_RGB:
            colour = _cell_datum(value, lib.GHOSTTY_CELL_DATA_COLOR_RGB, "GhosttyColorRgb")
            self.key = CellStyle(background=(colour.r, colour.g, colour.b))
        else:
            self.key = _cell_datum(value, lib.GHOSTTY_CELL_DATA_STYLE_ID, "uint16_t")
            codepoint = _cell_datum(value, lib.GHOSTTY_CELL_DATA_CODEPOINT, "uint32_t")
        character = chr(codepoint) if codepoint else ""
        self.text = cell_text(character, self.width) if self.width else ""


def _cell_datum(value: int, datum: int, kind: str) -> Any:
    out = ffi.new(f"{kind}*")
    check(lib.ghostty_cell_get(value, datum, out), "cell_get")
    return out[0]


class _Cells(dict[int, _Cell]):
    """Meanings of cell values, asked for once each."""

    def __missing__(self, value: int) -> _Cell:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        cell = self[value] = _Cell(value)
        return cell


class GhosttyEngine:
    """See `ScreenEngine`."""

    def __init__(self, columns: int, rows: int, scrollback: int) -> None:
        self._answers: list[bytes] = []
        self._terminal = Terminal(columns, rows, scrollback=scrollback)
        self._terminal.on_reply(self._answers.append)
        self._set(lib.GHOSTTY_TERMINAL_OPT_KITTY_IMAGE_STORAGE_LIMIT, ffi.new("uint64_t*", 0))
        self._set(lib.GHOSTTY_TERMINAL_OPT_APC_MAX_BYTES, ffi.new("size_t*", _LONGEST_APC))
        self._columns, self._rows = columns, rows
        self._cells = _Cells()
        self._styles: dict[bytes, CellStyle] = {}
        self._state = ffi.new("GhosttyRenderState*")
        self._iterator = ffi.new("GhosttyRenderStateRowIterator*")
        self._row_cells = ffi.new("GhosttyRenderStateRowCells*")
        check(lib.ghostty_render_state_new(ffi.NULL, self._state), "render_state_new")
        check(lib.ghostty_render_state_row_iterator_new(ffi.NULL, self._iterator), "row_iterator_new")
        check(lib.ghostty_render_state_row_cells_new(ffi.NULL, self._row_cells), "row_cells_new")
        self._cells_view = ffi.new("GhosttyCellsView*")
        self._row_number = ffi.new("uint16_t*")
        self._style = init_sized("GhosttyStyle")
        self._cursor = init_sized("GhosttyRenderStateCursor")

    def _set(self, option: int, value: Any) -> None:
        check(lib.ghostty_terminal_set(self._terminal._t[0], option, value), "terminal_set")

    @property
    def columns(self) -> int:
        return self._columns

    @property
    def rows(self) -> int:
        return self._rows

    @property
    def modes(self) -> Modes:
        on = self._terminal.mode
        return Modes(
            application_cursor=on(1),
            bracketed_paste=on(2004),
            focus_reports=on(1004),
            alternate_screen=self._terminal.get("active_screen", "int") == lib.GHOSTTY_TERMINAL_SCREEN_ALTERNATE,
            synchronized=on(2026),
            mouse=next((mode for mode in MOUSE_MODES if on(mode)), 0),
            mouse_sgr=on(1006),
        )

    @property
    def title(self) -> str:
        title = self._terminal.get("title", "GhosttyString")
        text: str = ffi.buffer(title.ptr, title.len)[:].decode("utf-8", "replace") if title.len else ""
        return "".join(character for character in text if character.isprintable())[:LONGEST_TITLE]

    @property
    def scrollback(self) -> Scrollback:
        bar = self._terminal.get("scrollbar", "GhosttyTerminalScrollbar")
        total = bar.total - bar.len
        return Scrollback(offset=total - bar.offset, total=total)

    def feed(self, data: bytes) -> bytes:
        self._terminal.feed(data)
        if not self._answers:
            return b""
        answers = harmless_answers(self._answers)
        self._answers.clear()
        return answers

    def resize(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._terminal.resize(columns, rows)

    def scroll(self, rows: int) -> None:
        self._scroll_viewport(lib.GHOSTTY_SCROLL_VIEWPORT_DELTA, rows)

    def scroll_to_bottom(self) -> None:
        self._scroll_viewport(lib.GHOSTTY_SCROLL_VIEWPORT_BOTTOM, 0)

    def _scroll_viewport(self, tag: int, delta: int) -> None:
        signature = "void(*)(GhosttyTerminal, CoursekitScrollViewport)"
        where = ffi.new("CoursekitScrollViewport*", {"tag": tag, "delta": delta})
        union_fn("ghostty_terminal_scroll_viewport", signature)(self._terminal._t[0], where[0])

    def changed_rows(self) -> dict[int, Row]:
        state, iterator = self._state[0], self._iterator
        check(lib.ghostty_render_state_update(state, self._terminal._t[0]), "render_state_update")
        check(lib.ghostty_render_state_get(state, lib.GHOSTTY_RENDER_STATE_DATA_CURSOR, self._cursor), "cursor")
        check(lib.ghostty_render_state_get(state, lib.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR, iterator), "rows")
        rows = {}
        while lib.ghostty_render_state_row_iterator_next_dirty(iterator[0], self._row_number):
            rows[self._row_number[0]] = self._read_row()
        check(lib.ghostty_render_state_clean(state), "render_state_clean")
        return rows

    def cursor(self) -> Cursor:
        cursor = self._cursor
        visible = bool(cursor.visible and cursor.viewport_has_value)
        x = cursor.viewport_x - 1 if cursor.wide_tail else cursor.viewport_x
        return Cursor(x, cursor.viewport_y, visible, _SHAPES.get(cursor.visual_style, CursorShape.BLOCK))

    def close(self) -> None:
        lib.ghostty_render_state_row_cells_free(self._row_cells[0])
        lib.ghostty_render_state_row_iterator_free(self._iterator[0])
        lib.ghostty_render_state_free(self._state[0])
        self._terminal.close()

    def _read_row(self) -> Row:
        view, row_cells = self._cells_view, self._row_cells
        self._get_row(lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW, view)
        values = memoryview(ffi.buffer(view.ptr, view.len * 8)).cast("Q").tolist()
        if not any(values):
            return (Run(" " * len(values), PLAIN),)
        cells = list(map(self._cells.__getitem__, values))
        texts = [cell.text for cell in cells]
        if not any(cell.key or cell.grapheme or cell.width != 1 for cell in cells):
            return (Run("".join(texts), PLAIN),)
        self._get_row(lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS, row_cells)
        for x, cell in enumerate(cells):
            if cell.grapheme:
                texts[x] = cell_text(self._grapheme(x), cell.width)
        return self._runs(cells, texts)

    def _get_row(self, datum: int, out: Any) -> None:
        check(lib.ghostty_render_state_row_get(self._iterator[0], datum, out), "row_get")

    def _runs(self, cells: list[_Cell], texts: list[str]) -> Row:
        styles: dict[int | CellStyle, CellStyle] = {0: PLAIN}
        pairs = []
        key: int | CellStyle = 0
        last = len(cells) - 1
        for x, (cell, text) in enumerate(zip(cells, texts, strict=True)):
            if cell.width == 2 and (x == last or cells[x + 1].width):
                text = " "  # half of a wide character can be left over at an edge
            elif not cell.width and (x == 0 or cells[x - 1].width != 2):
                text = " "
            if cell.width:  # a wide character's second half belongs to the first, whatever style it has
                key = cell.key
                if key not in styles:
                    styles[key] = self._read_style(x) if isinstance(key, int) else key
            pairs.append((styles[key], text))
        return tuple(
            Run("".join(text for _, text in group), style) for style, group in groupby(pairs, key=itemgetter(0))
        )

    def _grapheme(self, x: int) -> str:
        check(lib.ghostty_render_state_row_cells_select(self._row_cells[0], x), "cells_select")
        length = ffi.new("uint32_t*")
        get = lib.ghostty_render_state_row_cells_get
        check(get(self._row_cells[0], lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_LEN, length), "graphemes")
        points = ffi.new("uint32_t[]", max(1, length[0]))
        check(get(self._row_cells[0], lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_BUF, points), "graphemes")
        return "".join(map(chr, points[0 : length[0]]))

    def _read_style(self, x: int) -> CellStyle:
        check(lib.ghostty_render_state_row_cells_select(self._row_cells[0], x), "cells_select")
        style = self._style
        kind = lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_STYLE
        check(lib.ghostty_render_state_row_cells_get(self._row_cells[0], kind, style), "style")
        content = bytes(ffi.buffer(style))
        known = self._styles.get(content)
        if known is None:
            if len(self._styles) >= _MOST_REMEMBERED:
                self._styles.clear()
            known = self._styles[content] = _cell_style(style)
        return known


def _cell_style(style: Any) -> CellStyle:
    return CellStyle(
        foreground=_colour(style.fg_color),
        background=_colour(style.bg_color),
        bold=style.bold,
        dim=style.faint,
        italic=style.italic,
        underline=style.underline,
        blink=style.blink,
        reverse=style.inverse,
        conceal=style.invisible,
        strike=style.strikethrough,
        overline=style.overline,
    )


def _colour(colour: Any) -> Colour:
    if colour.tag == lib.GHOSTTY_STYLE_COLOR_PALETTE:
        return int(colour.value.palette)
    if colour.tag == lib.GHOSTTY_STYLE_COLOR_RGB:
        rgb = colour.value.rgb
        return rgb.r, rgb.g, rgb.b
    return None
