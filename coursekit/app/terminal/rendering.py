"""From an engine's rows to Textual's strips. Nothing in a row is ever read as markup."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from coursekit.app.terminal.engine import CellStyle, Colour, Cursor, CursorShape, Row

_BLOCK = Style(reverse=True)
_LINE = Style(underline=True, bold=True)
_AWAY = Style(reverse=True, dim=True)
"""The cursor while the keyboard is elsewhere."""


def row_strip(row: Row, base: Style, colours: bool = True) -> Strip:
    """Return a row as a strip; `base` gives the colours that the program left to the terminal.

    Without `colours` a coloured background is shown as reverse, and a coloured text as any other: turned to grey, as
    Textual would, half of the colours cannot be read.
    """
    segments = []
    width = 0
    for text, style in row:
        columns = cell_len(text)
        segments.append(
            Segment(
                " " * columns if style.conceal else text, rich_style(style if colours else _uncoloured(style), base)
            )
        )
        width += columns
    return Strip(segments, width)


@lru_cache(4096)
def rich_style(style: CellStyle, base: Style) -> Style:
    """Return a cell's style on top of `base`."""
    return base + Style(
        color=_colour(style.foreground),
        bgcolor=_colour(style.background),
        bold=style.bold or None,
        dim=style.dim or None,
        italic=style.italic or None,
        underline=style.underline not in (0, 2) or None,
        underline2=style.underline == 2 or None,
        blink=style.blink or None,
        reverse=style.reverse or None,
        strike=style.strike or None,
        overline=style.overline or None,
    )


def _uncoloured(style: CellStyle) -> CellStyle:
    marked = style.background not in (None, 0)
    return style._replace(foreground=None, background=None, reverse=style.reverse or marked)


def _colour(colour: Colour) -> Color | None:
    if colour is None:
        return None
    return Color.from_ansi(colour) if isinstance(colour, int) else Color.from_rgb(*colour)


def with_cursor(strip: Strip, cursor: Cursor, focused: bool) -> Strip:
    """Return the strip with the cursor in it: a block or, for the thin shapes, a line below; dim when not focused."""
    if not cursor.visible or cursor.x >= strip.cell_length:
        return strip
    under = strip.crop(cursor.x, min(cursor.x + 2, strip.cell_length)).text
    width = max(1, cell_len(under[:1]))
    style = _AWAY if not focused else _BLOCK if cursor.shape is CursorShape.BLOCK else _LINE
    return restyled(strip, cursor.x, cursor.x + width, style, toggle=focused)


def restyled(strip: Strip, start: int, end: int, style: Style, toggle: bool = False) -> Strip:
    """Return the strip with `style` laid over the cells from `start` to before `end`.

    With `toggle` a reversing style makes reversed cells plain, so that a cursor on one is still seen.
    """
    length = strip.cell_length
    end = min(end, length)
    plain = Style(reverse=False) if style.reverse else style
    inside = [
        Segment(text, (own or Style()) + (plain if toggle and own and own.reverse else style))
        for text, own, _ in strip.crop(start, end)
    ]
    return Strip([*strip.crop(0, start), *inside, *strip.crop(end, length)], length)
