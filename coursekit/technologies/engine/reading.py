"""What arrives in chunks, read as a file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any


class Reading(io.RawIOBase):
    """Chunks as a file, for a tar archive that is read while it arrives."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            try:
                self._rest = next(self._chunks)
            except StopIteration:
                return 0
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
