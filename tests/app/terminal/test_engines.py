"""Both screen engines: the same bytes give the same screen, and nothing that is printed does harm."""

from __future__ import annotations

import builtins
import random
import sys
import tracemalloc
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from coursekit.app.terminal.engine import CursorShape, Row, ScreenEngine, harmless_answers, make_engine
from coursekit.app.terminal.ghostty import GhosttyEngine
from coursekit.app.terminal.pyte_engine import PyteEngine

MakeEngine = Callable[[int, int, int], ScreenEngine]
COLUMNS, ROWS = 40, 6

SCREENS = {
    "colours": b"\x1b[31mred\x1b[1;38;5;200mx\x1b[48;2;1;2;3my\x1b[38:2::9:8:7mz\x1b[39;49mq\x1b[97;104mw\x1b[m.",
    "attributes": b"\x1b[1;2;3;5;7;8;9;53mw\x1b[22;23;25;27;28;29;55mv\x1b[4mu\x1b[4:3mt\x1b[21ms\x1b[24;58;5;3mr",
    "erased with a background": b"\x1b[44m\x1b[Kx\r\n\x1b[2;3H\x1b[1K\r\n\x1b[41mabc\x1b[2D\x1b[X\x1b[m\r\nq",
    "wide characters": "日本é e\u0301 x\r\n".encode() + "日本".encode() * 12 + b"\x1b[1;2Hx\x1b[2;3Hyy",
    "joined emoji": "👩\u200d👩\u200d👧 ❤\ufe0f 👍🏽.".encode(),
    "bidirectional": "a\u202eb\u2066c\u200fd".encode(),
    "alternate screen": b"one\r\ntwo\x1b[?1049h\x1b[Halt\x1b[41m \x1b[?1049lthree",
    "alternate screen, still on": b"one\r\ntwo\x1b[?1049h\x1b[Halt",
    "scroll region": b"".join(b"%d\r\n" % i for i in range(9)) + b"\x1b[2;4r\x1b[4;1Hx\ny\n\x1b[2;1H\x1bMz\x1b[r",
    "scroll up and down": b"1\r\n2\r\n3\x1b[Sx\x1b[2Ty",
    "scrolled with a background": b"\x1b[41m" + b"a\r\n" * 8 + b"b",
    "wrap": b"x" * 45 + b"\x1b[?7l\x1b[3;35H0123456789\x1b[?7h",
    "wrap ends when the cursor moves": b"\x1b[1;40Hx\x1b[2dy\x1b[1;40Hz\nw\x1b[3;40Hv\bu",
    "tabs": b"a\tb\tc\r\n\x1b[5G\x1bH\ra\tb\x1b[2Zc\x1b[3g\rq\tz",
    "erase": b"abcdefgh\x1b[4D\x1b[1K\r\nxxxx\x1b[2D\x1b[X\r\n\x1b[45m\x1b[2J\x1b[Hy\x1b[0J\x1b[1Jz",
    "insert and delete": b"abcdef\x1b[3D\x1b[3@r\x1b[2Ps\r\nmore\x1b[L\x1b[1;1H\x1b[M\x1b[4hXY\x1b[4l",
    "line drawing": b"\x1b(0lqk\x1b(B lqk \x0e\x0f",
    "repeat": b"a\x1b[5bz",
    "moves": b"\x1b[3;3Hx\x1b[99;99Hy\x1b[3dq\x1b[5Gr\x1b[6`s\x1b[Et\x1b[Fu\x1b7\x1b[1;1Hv\x1b8w\x1b[s\x1b[Ha\x1b[ub",
    "reset": b"\x1b[31;44mabc\x1b[2;3r\x1bcd",
    "invalid and broken": b"a\xffb\xe6\x97c\x00d\xf0\x9f\x98e\x1b\x1b[31mf\x1b[3\x0czg",
    "private SGR": b"a\x1b[>4;2mb\x1b[?4mc\x1b[>1ud\x1b[=5ue",
    "strings": b"a\x1bP1;2|device\x1b\\b\x1b_application\x1b\\c\x1b^private\x1b\\d\x1bXstart\x1b\\e",
    "commands of the operating system": b"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b\x1b]52;c;aaaa\x07c\x1b]7;x\x07d\x1b]9;note\x07e",
    "unknown sequences": b'a\x1b[?999$pb\x1b[=1cc\x1b[5"qd\x1b[1*xe\x1b(Xf\x1b%Gg\x1b#5h\x1b~i',
}


def screen(engine: ScreenEngine) -> dict[int, Row]:
    """The whole screen; the halves of a composed character are put together, which only one engine does."""
    rows = engine.changed_rows()
    return {
        y: tuple(run._replace(text=unicodedata.normalize("NFC", run.text)) for run in rows[y]) for y in sorted(rows)
    }


def text(engine: ScreenEngine) -> list[str]:
    rows = screen(engine)
    return ["".join(run.text for run in rows[y]).rstrip() for y in rows]


@pytest.mark.parametrize("size", [1, 7, 10_000], ids=["bytewise", "in pieces", "at once"])
@pytest.mark.parametrize("data", SCREENS.values(), ids=SCREENS)
def test_the_engines_agree(data: bytes, size: int) -> None:
    one, other = GhosttyEngine(COLUMNS, ROWS, 100), PyteEngine(COLUMNS, ROWS, 100)
    for start in range(0, len(data), size):
        one.feed(data[start : start + size])
        other.feed(data[start : start + size])
    expected = screen(one)
    assert list(expected) == list(range(ROWS))
    assert screen(other) == expected
    assert other.cursor() == one.cursor()
    assert other.modes == one.modes


def test_the_corpus_shows_what_it_should(make: MakeEngine) -> None:
    """Against two engines that agree on a mistake."""
    engine = make(COLUMNS, ROWS, 100)
    engine.feed(SCREENS["alternate screen"] + b"\r\n" + SCREENS["strings"] + b"\r\n" + SCREENS["line drawing"])
    assert text(engine)[:4] == ["one", "twothree", "abcde", "┌─┐ lqk"]
    engine = make(COLUMNS, ROWS, 100)
    engine.feed(SCREENS["colours"])
    styles = [run.style for run in screen(engine)[0]]
    assert (styles[0].foreground, styles[1].foreground, styles[1].bold) == (1, 200, True)
    assert (styles[2].background, styles[3].foreground, styles[5].foreground) == ((1, 2, 3), (9, 8, 7), 15)


def test_only_changed_rows_are_read_again(make: MakeEngine) -> None:
    engine = make(COLUMNS, ROWS, 100)
    engine.feed(b"one\r\ntwo\r\nthree")
    assert len(engine.changed_rows()) == ROWS
    assert engine.changed_rows() == {}
    engine.feed(b"\x1b[2;1Hx")
    assert 1 in (rows := engine.changed_rows())
    assert len(rows) < ROWS


def test_scrolling_back_keeps_its_place_while_more_is_printed(make: MakeEngine) -> None:
    engine = make(COLUMNS, ROWS, 100)
    engine.feed(b"".join(b"%d\r\n" % number for number in range(20)))
    assert engine.scrollback == (0, 15)
    engine.scroll(-5)
    assert engine.scrollback.offset == 5
    before = engine.changed_rows()[0]
    assert before[0].text.startswith("10")
    assert not engine.cursor().visible
    engine.feed(b"more\r\n")
    assert engine.scrollback.offset == 6
    assert engine.changed_rows().get(0, before) == before
    engine.scroll(-99)
    assert text(engine)[0] == "0"
    engine.scroll_to_bottom()
    assert text(engine)[-2] == "more"
    assert engine.scrollback.offset == 0


def test_the_scrollback_is_bounded(make: MakeEngine) -> None:
    engine = make(COLUMNS, ROWS, 50)
    engine.feed(b"line\r\n" * 20_000)
    assert engine.scrollback.total < 5_000


def test_the_cursor_has_a_shape_and_can_hide(make: MakeEngine) -> None:
    engine = make(COLUMNS, ROWS, 0)
    engine.feed(b"\x1b[6 q")
    engine.changed_rows()
    assert engine.cursor().shape is CursorShape.BAR
    engine.feed(b"\x1b[4 q\x1b[?25l")
    engine.changed_rows()
    assert engine.cursor() == (0, 0, False, CursorShape.UNDERLINE)


def test_modes_are_known(make: MakeEngine) -> None:
    engine = make(COLUMNS, ROWS, 0)
    engine.feed(b"\x1b[?1;2004;1004;1002;1006;2026;1049h")
    modes = engine.modes
    assert (modes.application_cursor, modes.bracketed_paste, modes.focus_reports) == (True, True, True)
    assert (modes.mouse, modes.mouse_sgr, modes.alternate_screen, modes.synchronized) == (1002, True, True, True)
    engine.feed(b"\x1b[?1;2004;1004;1002;1006;2026;1049l")
    assert engine.modes == make(COLUMNS, ROWS, 0).modes


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 5), (300, 100)])
def test_every_size_works(make: MakeEngine, size: tuple[int, int]) -> None:
    engine = make(COLUMNS, ROWS, 100)
    engine.feed(b"some text\r\n" * 20)
    engine.resize(*size)
    engine.feed("日 text\r\nmore \x1b[31mcolour\x1b[m\t.\x1b[5;5Hx".encode())
    rows = engine.changed_rows()
    assert len(rows) == size[1]
    assert all(cell_len("".join(run.text for run in row)) == size[0] for row in rows.values())
    assert engine.cursor().x < size[0]


def test_a_smaller_screen_keeps_the_rows_around_the_cursor(make: MakeEngine) -> None:
    engine = make(COLUMNS, ROWS, 100)
    engine.feed(b"1\r\n2\r\n3\r\n4\r\n5\r\n$ ")
    engine.resize(COLUMNS, 3)
    assert text(engine) == ["4", "5", "$"]
    assert engine.scrollback.total == 3


def test_questions_are_answered(make: MakeEngine) -> None:
    engine = make(COLUMNS, ROWS, 0)
    assert engine.feed(b"\x1b[c").startswith(b"\x1b[?62")
    assert engine.feed(b"ab\x1b[6n") == b"\x1b[1;3R"
    assert engine.feed(b"\x1b[5n") == b"\x1b[0n"


DANGEROUS = {
    "title": b"\x1b]0;echo pwned\x07\x1b[21t\x1b[20t",
    "clipboard read": b"\x1b]52;c;?\x07",
    "clipboard written, then read": b"\x1b]52;c;ZWNobyBwd25lZA==\x07\x1b]52;c;?\x07",
    "clipboard of kitty": b"\x1b]5522;type=read;dGV4dC9wbGFpbg==\x1b\\",
    "answerback": b"\x05",
    "settings": b"\x1bP$qm\x1b\\\x1bP+q544e\x1b\\",
    "name": b"\x1b[>q",
    "images": b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
    "a file as an image": b"\x1b_Gi=3,a=T,t=f,f=100;L2V0Yy9wYXNzd2Q=\x1b\\",
    "keyboard of kitty": b"\x1b[>1u\x1b[?u",
    "size in pixels": b"\x1b[14t\x1b[18t",
}


@pytest.mark.parametrize("question", DANGEROUS.values(), ids=DANGEROUS)
def test_nothing_that_a_program_chose_is_typed_back(make: MakeEngine, question: bytes) -> None:
    assert make(COLUMNS, ROWS, 0).feed(question) == b""


def test_an_answer_that_carries_text_is_dropped_whatever_the_engine_says() -> None:
    assert harmless_answers([b"\x1b]lecho pwned\x1b\\", b"\x1b[0n", b"\x1b]52;c;eA==\x07", b"\r"]) == b"\x1b[0n"


def test_asking_endlessly_is_not_answered_endlessly(make: MakeEngine) -> None:
    assert len(make(COLUMNS, ROWS, 0).feed(b"\x1b[6n" * 10_000)) <= 4096


def test_a_title_is_plain_and_short(make: MakeEngine) -> None:
    engine = make(COLUMNS, ROWS, 0)
    engine.feed("\x1b]2;a\u202eb\u0007".encode())
    assert engine.title == "ab"
    engine.feed(b"\x1b]0;" + b"x" * 3000 + b"\x07")
    assert len(engine.title) <= 200


@pytest.mark.parametrize("begin", [b"\x1b]0;", b"\x1bP", b"\x1b_G", b"\x1b^", b"\x1b[", b"\x1b[1;", b""])
def test_an_endless_sequence_takes_no_memory_and_ends(make: MakeEngine, begin: bytes) -> None:
    engine = make(COLUMNS, ROWS, 0)
    engine.feed(begin)
    engine.feed(b"1;" * 5_000)
    tracemalloc.start()
    for _ in range(20):
        engine.feed(b"1;" * 2_000)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 200_000
    engine.feed(b"\x07\x1b\\\x18\x1b[2J\x1b[Hafter")
    assert text(engine)[0] == "after"


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_survived_and_rows_stay_as_wide_as_the_screen(make: MakeEngine, seed: int) -> None:
    chance = random.Random(seed)
    pieces = [*SCREENS.values(), *DANGEROUS.values(), b"\x1b[", b"\x1b]", b";", b"9" * 30, b"m", b"\n", "日".encode()]
    engine = make(COLUMNS, ROWS, 50)
    for turn in range(150):
        piece = chance.choice(pieces)
        engine.feed(piece[: chance.randrange(len(piece) + 1)] + chance.randbytes(chance.randrange(12)))
        if turn % 40 == 0:
            engine.resize(chance.randrange(1, 60), chance.randrange(1, 12))
        engine.scroll(chance.randrange(-3, 3))
        for row in engine.changed_rows().values():
            line = "".join(run.text for run in row)
            assert cell_len(line) == engine.columns
            assert line.isprintable() or all(unicodedata.category(c) not in ("Cc", "Zl", "Zp", "Cs") for c in line)
            assert not {"\u202e", "\u2066", "\u200f"} & set(line)
        if (cursor := engine.cursor()).visible:
            assert 0 <= cursor.x < engine.columns


def test_pyte_stands_in_where_the_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(make_engine(80, 24, 100), GhosttyEngine)
    monkeypatch.delitem(sys.modules, "coursekit.app.terminal.ghostty")
    real_import = builtins.__import__

    def without_library(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("pyghostty"):
            raise OSError("libghostty-vt not found")
        return real_import(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_library)
    assert isinstance(make_engine(80, 24, 100), PyteEngine)
