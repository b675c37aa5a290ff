"""What keys and pastes send."""

from __future__ import annotations

import pytest

from coursekit.app.terminal.keys import encode_key, encode_paste

KEYS = {
    ("a", "a"): b"a",
    ("A", "A"): b"A",
    ("é", "é"): "é".encode(),
    ("日", "日"): "日".encode(),
    ("full_stop", "."): b".",
    ("full_stop", None): b".",
    ("space", " "): b" ",
    ("enter", "\r"): b"\r",
    ("alt+enter", None): b"\x1b\r",
    ("shift+enter", None): b"\r",
    ("tab", "\t"): b"\t",
    ("shift+tab", None): b"\x1b[Z",
    ("escape", "\x1b"): b"\x1b",
    ("backspace", "\x7f"): b"\x7f",
    ("backspace", "\b"): b"\b",
    ("ctrl+backspace", None): b"\b",
    ("alt+backspace", None): b"\x1b\x7f",
    ("ctrl+@", "\0"): b"\0",
    ("ctrl+space", None): b"\0",
    ("ctrl+p", "\x10"): b"\x10",
    ("ctrl+p", None): b"\x10",
    ("ctrl+q", None): b"\x11",
    ("ctrl+c", None): b"\x03",
    ("ctrl+a", None): b"\x01",
    ("ctrl+z", None): b"\x1a",
    ("ctrl+j", None): b"\n",
    ("ctrl+backslash", None): b"\x1c",
    ("ctrl+right_square_bracket", None): b"\x1d",
    ("ctrl+circumflex_accent", None): b"\x1e",
    ("ctrl+underscore", None): b"\x1f",
    ("ctrl+slash", None): b"\x1f",
    ("ctrl+left_square_bracket", None): b"\x1b",
    ("ctrl+shift+a", None): b"\x01",
    ("alt+b", "b"): b"\x1bb",
    ("alt+shift+b", "B"): b"\x1bB",
    ("alt+shift+b", None): b"\x1bB",
    ("alt+full_stop", None): b"\x1b.",
    ("alt+ctrl+h", None): b"\x1b\x08",
    ("up", None): b"\x1b[A",
    ("ctrl+left", None): b"\x1b[1;5D",
    ("ctrl+shift+right", None): b"\x1b[1;6C",
    ("shift+up", None): b"\x1b[1;2A",
    ("alt+down", None): b"\x1b[1;3B",
    ("home", None): b"\x1b[H",
    ("end", None): b"\x1b[F",
    ("shift+end", None): b"\x1b[1;2F",
    ("pageup", None): b"\x1b[5~",
    ("ctrl+pagedown", None): b"\x1b[6;5~",
    ("insert", None): b"\x1b[2~",
    ("delete", None): b"\x1b[3~",
    ("shift+delete", None): b"\x1b[3;2~",
    ("f1", None): b"\x1bOP",
    ("f4", None): b"\x1bOS",
    ("f5", None): b"\x1b[15~",
    ("f12", None): b"\x1b[24~",
    ("ctrl+f1", None): b"\x1b[1;5P",
    ("f13", None): b"\x1b[1;2P",
    ("f24", None): b"\x1b[24;2~",
    ("add", None): b"+",
    ("decimal", None): b".",
    ("caps_lock", None): None,
    ("left_shift", None): None,
    ("super+a", None): None,
    ("no_such_key", None): None,
}


@pytest.mark.parametrize(("key", "expected"), KEYS.items(), ids=lambda value: str(value))
def test_a_key_sends_what_xterm_sends(key: tuple[str, str | None], expected: bytes | None) -> None:
    assert encode_key(*key) == expected


@pytest.mark.parametrize(
    ("key", "expected"), [("up", b"\x1bOA"), ("end", b"\x1bOF"), ("ctrl+up", b"\x1b[1;5A"), ("delete", b"\x1b[3~")]
)
def test_application_mode_changes_the_plain_cursor_keys(key: str, expected: bytes) -> None:
    assert encode_key(key, application_cursor=True) == expected


def test_a_paste_is_bracketed_and_its_lines_end_as_enter_does() -> None:
    assert encode_paste("a\nb\r\nc", bracketed=True) == b"\x1b[200~a\rb\rc\x1b[201~"
    assert encode_paste("a\tb\n", bracketed=False) == b"a\tb\r"


@pytest.mark.parametrize("escape", ["\x1b[201~", "\x9b201~", "\x1b\x1b[201~[201~"])
def test_a_paste_cannot_leave_its_brackets(escape: str) -> None:
    data = encode_paste(f"x{escape}\nrm -rf /\n", bracketed=True)
    assert data.count(b"\x1b") == 2
    assert data.endswith(b"\x1b[201~")
    assert b"\xc2\x9b" not in data


def test_a_paste_holds_no_control_characters() -> None:
    assert encode_paste("a\x03b\x00c\x7fd", bracketed=False) == b"abcd"
