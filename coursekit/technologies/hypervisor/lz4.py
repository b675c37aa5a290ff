"""Unpacking LZ4, in which Debian packs its kernel: the blocks of its legacy format, read in no hurry.

https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
"""

from __future__ import annotations

MAGIC = b"\x02\x21\x4c\x18"


def unpack(packed: bytes) -> bytes:
    """What was packed in the legacy format. Raises ValueError, IndexError for what is not that."""
    if not packed.startswith(MAGIC):
        raise ValueError("this is not LZ4's legacy format")
    whole, at = bytearray(), len(MAGIC)
    while at + 4 <= len(packed):
        size = int.from_bytes(packed[at : at + 4], "little")
        at += 4
        if not 0 < size <= len(packed) - at:
            break  # the size of the whole, which a kernel has at its end
        whole += _block(packed[at : at + size])
        at += size
    return bytes(whole)


def _block(packed: bytes) -> bytearray:
    out, at, end = bytearray(), 0, len(packed)
    while at < end:
        token = packed[at]
        at += 1
        literals = token >> 4
        if literals == 15:
            literals, at = _longer(packed, at, literals)
        out += packed[at : at + literals]
        at += literals
        if at >= end:
            break
        distance = packed[at] | packed[at + 1] << 8
        at += 2
        length = token & 15
        if length == 15:
            length, at = _longer(packed, at, length)
        length += 4
        start = len(out) - distance
        if distance >= length:
            out += out[start : start + length]
        else:
            piece = out[start:]
            out += (piece * (length // distance + 1))[:length]
    return out


def _longer(packed: bytes, at: int, length: int) -> tuple[int, int]:
    while True:
        more = packed[at]
        length, at = length + more, at + 1
        if more != 255:
            return length, at
