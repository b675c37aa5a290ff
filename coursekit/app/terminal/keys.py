"""What a key sends to a program, in the encoding of xterm; and what a paste sends.

Textual names keys (`ctrl+shift+left`); a terminal sends bytes. The table follows xterm's control sequences and the
terminfo entry xterm-256color, which is what the shell is told it runs in.
"""

from __future__ import annotations

import re

from textual.keys import key_to_character

_LETTERS = {"up": "A", "down": "B", "right": "C", "left": "D", "end": "F", "home": "H", "kp_begin": "E"}
_FUNCTION_LETTERS = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_NUMBERS = {
    "insert": 2,
    "delete": 3,
    "pageup": 5,
    "pagedown": 6,
    "f5": 15,
    "f6": 17,
    "f7": 18,
    "f8": 19,
    "f9": 20,
    "f10": 21,
    "f11": 23,
    "f12": 24,
}
_BYTES = {"enter": b"\r", "return": b"\r", "tab": b"\t", "escape": b"\x1b", "backspace": b"\x7f", "space": b" "}
_NAMED = {
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
    "decimal": ".",
    "divide": "/",
    "multiply": "*",
    "subtract": "-",
    "add": "+",
    "equal": "=",
    "separator": ",",
}
"""Names of characters that Textual does not turn back itself, the keypad's among them."""
_CONTROLS = {" ": 0, "2": 0, "3": 27, "4": 28, "5": 29, "6": 30, "7": 31, "8": 127, "/": 31, "?": 127}
_CONTROLS |= {character: ord(character) & 31 for character in "@abcdefghijklmnopqrstuvwxyz[\\]^_`"}
_MODIFIERS = {"shift": 1, "alt": 2, "meta": 2, "ctrl": 4}
_UNPASTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def encode_key(key: str, character: str | None = None, *, application_cursor: bool = False) -> bytes | None:
    """Return the bytes of a key as Textual names it, or None for one that no terminal sends (Caps Lock, Super+x).

    `character` is what Textual says the key prints; `application_cursor` the program's wish (mode 1).
    """
    *names, base = _without_aliases(key).split("+")
    if any(name not in _MODIFIERS for name in names):
        return None
    modifiers = 0
    for name in names:
        modifiers |= _MODIFIERS[name]
    special = _special(base, modifiers, application_cursor)
    if special is not None:
        return special
    alt = b"\x1b" if modifiers & 2 else b""
    if base in _BYTES:
        return alt + _editing(base, modifiers, character)
    if character and (character.isprintable() or len(character) == 1):
        return alt + character.encode("utf-8", "replace")
    plain = _NAMED.get(base) or key_to_character(base)
    if plain is None:
        return None
    if modifiers & 4:
        control = _CONTROLS.get(plain.lower())
        return alt + (plain.encode() if control is None else bytes([control]))
    return alt + (plain.upper() if modifiers & 1 else plain).encode("utf-8", "replace")


def _without_aliases(key: str) -> str:
    """Undo the names that stand for a combination: F13 to F24 are what a keyboard sends for Shift and F1 to F12."""
    if match := re.fullmatch(r"((?:\w+\+)*)f(1[3-9]|2[0-4])", key):
        return f"{match[1]}shift+f{int(match[2]) - 12}"
    return "shift+tab" if key == "backtab" else key


def _special(base: str, modifiers: int, application_cursor: bool) -> bytes | None:
    parameter = f"1;{1 + modifiers}" if modifiers else ""
    if letter := _LETTERS.get(base):
        introducer = "\x1bO" if application_cursor and not modifiers else "\x1b["
        return f"{introducer}{parameter}{letter}".encode()
    if letter := _FUNCTION_LETTERS.get(base):
        return f"\x1b[{parameter}{letter}".encode() if modifiers else f"\x1bO{letter}".encode()
    if number := _NUMBERS.get(base):
        return (f"\x1b[{number};{1 + modifiers}~" if modifiers else f"\x1b[{number}~").encode()
    return None


def _editing(base: str, modifiers: int, character: str | None) -> bytes:
    if base == "tab" and modifiers & 1:
        return b"\x1b[Z"
    if base == "space" and modifiers & 4:
        return b"\x00"
    if base == "backspace" and (modifiers & 4 or character == "\b"):
        return b"\b"
    return _BYTES[base]


def encode_paste(text: str, *, bracketed: bool) -> bytes:
    """Return what pasting sends. Control characters other than tab and line ends are left out.

    That includes the ESC of an end-of-paste sequence, with which a copied text could leave the brackets and have its
    rest typed as commands.
    """
    clean = _UNPASTED.sub("", text.replace("\r\n", "\r").replace("\n", "\r"))
    data = clean.encode("utf-8", "replace")
    return b"\x1b[200~" + data + b"\x1b[201~" if bracketed else data
