"""Cutting a program's output into text, control characters and escape sequences, for the pyte engine.

pyte's own parser prints the content of the sequences that it does not know (DCS, APC, `CSI > … m`), and keeps an
endless one whole. This one drops what it cannot name and keeps at most `LONGEST_SEQUENCE` characters of one that is
still incomplete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

LONGEST_SEQUENCE = 4096


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    CONTROL = auto()
    """One control character."""
    ESCAPE = auto()
    """What follows ESC, as in `7` or `(B`."""
    CSI = auto()
    """What follows CSI, as in `?25h`."""
    OSC = auto()
    """What stands between OSC and its end."""


class Token(NamedTuple):
    """A piece of output."""

    kind: Kind
    text: str


_TOKEN = re.compile(
    r"(?P<TEXT>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<CSI>[\x00-\x17\x19\x1c-\x1f0-?]*[ -/]*[@-~])"
    r"|\x1b\](?P<OSC>[^\x07\x1b\x18\x1a]*)(?:\x07|\x1b\\|[\x18\x1a])"
    r"|\x1b[PX^_](?P<STRING>[^\x1b\x18\x1a]*)(?:\x1b\\|[\x18\x1a])"
    r"|\x1b(?P<ESCAPE>[ -/]+[0-~]|[0-OQ-WYZ\\`-~])"
    r"|(?P<CONTROL>[\x00-\x1a\x1c-\x1f\x7f-\x9f])"
)
_INCOMPLETE = re.compile(
    r"\x1b(?:[ -/]*|\[[\x00-\x17\x19\x1c-\x1f0-?]*[ -/]*|\][^\x07\x1b\x18\x1a]*\x1b?|[PX^_][^\x1b\x18\x1a]*\x1b?)\Z"
)
_BROKEN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\x18\x1a]*)?")
"""A sequence that something interrupts: what interrupts it is looked at anew."""
_STRING_END = re.compile(r"\x07|\x1b\\|[\x18\x1a]")


class Sequences:
    """Cuts output that comes in pieces of any size."""

    def __init__(self) -> None:
        self._rest = ""
        self._dropping = False
        """Inside a string sequence that is too long to keep."""

    def feed(self, text: str) -> Iterator[Token]:
        text, self._rest = self._rest + text, ""
        position = self._end_of_dropped(text) if self._dropping else 0
        while position < len(text):
            if match := _TOKEN.match(text, position):
                position = match.end()
                yield from _tokens(match)
            elif _INCOMPLETE.match(text, position):
                self._keep(text[position:])
                return
            elif broken := _BROKEN.match(text, position):
                position = broken.end()

    def _keep(self, rest: str) -> None:
        if len(rest) <= LONGEST_SEQUENCE:
            self._rest = rest
        else:
            self._dropping = rest[1] in "]PX^_"
            self._rest = "\x1b" if self._dropping and rest.endswith("\x1b") else ""

    def _end_of_dropped(self, text: str) -> int:
        end = _STRING_END.search(text)
        if end is None:
            self._rest = "\x1b" if text.endswith("\x1b") else ""
            return len(text)
        self._dropping = False
        return end.end()


def _tokens(match: re.Match[str]) -> Iterator[Token]:
    name = match.lastgroup
    if name is None or name == "STRING":
        return
    text = match[name]
    if name == "CSI" and not text.isprintable():  # control characters take effect in the middle of a sequence
        yield from (Token(Kind.CONTROL, character) for character in text if character < " ")
        text = "".join(character for character in text if character >= " ")
    yield Token(Kind[name], text)
