"""Text from programs made fit to be shown: bounded, decoded, and never obeyed by a terminal."""

from __future__ import annotations

import re
import unicodedata

_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|\Z)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]"  # every other escape
)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    """The text without escape sequences, other control and bidirectional characters shown as ``\\x07`` or ``\\u202e``.

    A carriage return shows what a terminal would have left of the line; tabs and line ends stay.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _SEQUENCES.sub("", text).replace("\r\n", "\n")
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return "".join(map(_shown, "\n".join(lines)))


def _shown(character: str) -> str:
    if character in "\n\t" or (character.isprintable() and character not in _BIDI):
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") or character in _BIDI:
        return character.encode("unicode_escape").decode("ascii")
    return character


class HeadAndTail:
    """The first and the last bytes of an output of any length, in memory that does not grow."""

    def __init__(self, kept: int) -> None:
        self._half = kept // 2
        self._head = bytearray()
        self._tail = bytearray()
        self.size = 0
        """Bytes that were added in all."""

    def add(self, data: bytes) -> None:
        self.size += len(data)
        room = self._half - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail += data[-self._half :]
            if len(self._tail) > 2 * self._half:
                del self._tail[: -self._half]

    def text(self) -> str:
        """What was kept, decoded with replacement, fit to be shown."""
        tail = bytes(self._tail[-self._half :])
        left_out = self.size - len(self._head) - len(tail)
        if left_out <= 0:
            return visible((bytes(self._head) + tail).decode("utf-8", "replace"))
        head = visible(self._head.decode("utf-8", "replace"))
        return f"{head}\n[… {left_out} bytes left out …]\n{visible(tail.decode('utf-8', 'replace'))}"

    def last_line(self) -> str:
        """The last line that is not blank: often what a program waits for."""
        end = bytes((self._tail or self._head)[-400:]).decode("utf-8", "replace")
        return next((line.strip() for line in reversed(visible(end).splitlines()) if line.strip()), "")
