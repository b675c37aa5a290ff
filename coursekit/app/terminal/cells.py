"""Text of cells that is safe to send to the outer terminal, and exactly as wide as its cells.

A program may print anything into a cell: characters that reorder the line, that join with a neighbour, that the outer
terminal measures differently. What Rich measures differently from the engine would shift everything to its right.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len

REPLACEMENT = "�"
_JOINERS = "\u200d\ufe0e\ufe0f"
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _unsafe(character: str) -> bool:
    return unicodedata.category(character) in _UNSAFE


@lru_cache(8192)
def cell_text(text: str, width: int) -> str:
    """Return what to show for a cell's grapheme in `width` cells (1 or 2): itself where possible.

    Control, format and bidirectional characters are replaced; one that only accompanies another is dropped.
    """
    if not text:
        return " " * width
    base, rest = text[0], text[1:]
    if _unsafe(base):
        return REPLACEMENT.ljust(width)
    kept = base + "".join(character for character in rest if character in _JOINERS or not _unsafe(character))
    kept = kept.rstrip("\u200d")
    for candidate in (kept, base):
        if cell_len(candidate) == width:
            return candidate
    if cell_len(base) < width:
        return (base if cell_len(base) else REPLACEMENT).ljust(width)
    return REPLACEMENT.ljust(width)
