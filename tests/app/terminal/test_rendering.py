"""From rows to strips: colours, what must not be seen, the cursor."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from coursekit.app.terminal.cells import cell_text
from coursekit.app.terminal.engine import PLAIN, CellStyle, Cursor, CursorShape, Run
from coursekit.app.terminal.rendering import restyled, row_strip, with_cursor

BASE = Style(color="#dddddd", bgcolor="#101010")


def styled(text: str, **style: object) -> Segment:
    (segment,) = row_strip((Run(text, CellStyle(**style)),), BASE)  # type: ignore[arg-type]
    return segment


def test_colours_are_the_programs_or_the_themes() -> None:
    assert styled("x").style == BASE
    style = styled("x", foreground=1, background=(1, 2, 3), bold=True, underline=3).style
    assert style is not None
    assert (style.color, style.bgcolor) == (Color.from_ansi(1), Color.from_rgb(1, 2, 3))
    assert (style.bold, style.underline, style.underline2) == (True, True, None)


def test_without_colours_marked_text_is_reversed_and_all_text_is_readable() -> None:
    row = (Run("red", CellStyle(foreground=1)), Run("bar", CellStyle(foreground=0, background=6)))
    red, bar = row_strip(row, BASE, colours=False)
    assert red.style == BASE
    assert bar.style == BASE + Style(reverse=True)


def test_concealed_text_is_not_sent() -> None:
    assert styled("secret 日", conceal=True).text == " " * 9


def test_markup_is_text() -> None:
    assert styled("[red]x[/] [@click=app.quit]y[/]").text == "[red]x[/] [@click=app.quit]y[/]"


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("a", 1, "a"),
        ("日", 2, "日"),
        ("e\u0301", 1, "e\u0301"),
        ("", 1, " "),
        ("❤\ufe0f", 1, "❤"),
        ("👩\u200d", 2, "👩"),
        ("👩\u200d👧", 2, "👩\u200d👧"),
        ("日", 1, "�"),
        ("a", 2, "a "),
        ("\u202e", 1, "�"),
        ("\x1b", 1, "�"),
        ("\x9b", 1, "�"),
        (" \u202e\u2066", 1, " "),
        ("a\x1b", 1, "a"),
        ("\ud800", 1, "�"),
        ("\u0301", 1, "�"),
    ],
)
def test_a_cell_is_safe_and_exactly_as_wide_as_it_is(text: str, width: int, shown: str) -> None:
    assert cell_text(text, width) == shown
    assert cell_len(cell_text(text, width)) == width


def test_the_cursor_covers_a_wide_character_whole() -> None:
    strip = with_cursor(row_strip((Run("a日b", PLAIN),), BASE), Cursor(1, 0, True, CursorShape.BLOCK), True)
    assert [(segment.text, bool(segment.style and segment.style.reverse)) for segment in strip] == [
        ("a", False),
        ("日", True),
        ("b", False),
    ]
    assert strip.cell_length == 4


def test_the_cursor_is_seen_on_reversed_text_and_dim_elsewhere() -> None:
    strip = row_strip((Run("ab", CellStyle(reverse=True)),), BASE)
    cursor = Cursor(0, 0, True, CursorShape.BLOCK)
    assert [segment.style.reverse for segment in with_cursor(strip, cursor, True) if segment.style] == [False, True]
    first = next(iter(with_cursor(strip, cursor, False)))
    assert first.style is not None
    assert first.style.dim


def test_a_hidden_cursor_and_one_outside_are_not_drawn() -> None:
    strip = row_strip((Run("ab", PLAIN),), BASE)
    assert with_cursor(strip, Cursor(0, 0, False, CursorShape.BLOCK), True) is strip
    assert with_cursor(strip, Cursor(2, 0, True, CursorShape.BLOCK), True) is strip


def test_restyling_keeps_the_width() -> None:
    strip = row_strip((Run("a日b", PLAIN),), BASE)
    for start in range(5):
        for end in range(start, 7):
            assert restyled(strip, start, end, Style(bold=True)).cell_length == 4
