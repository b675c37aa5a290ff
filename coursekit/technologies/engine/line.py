"""A line to a program inside a container: its two streams joined into one, and a way to speak to it."""

from __future__ import annotations

import select
import struct
from typing import Any

_CHUNK = 65_536
_HEADER = struct.Struct(">BxxxL")
"""Before each piece of output: which stream, and how many bytes. From the API's reference, "Stream format"."""
_PATIENCE = 10.0
"""Seconds for the other end to take what is sent."""


class Line:
    """Bytes in, bytes out."""

    def __init__(self, stream: Any) -> None:
        """``stream`` is what the SDK gives: kept as well as its socket, which it closes when nobody holds it."""
        self._stream = stream
        self._socket = getattr(stream, "_sock", stream)
        self._socket.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN | select.POLLHUP)
        self._arrived = b""
        self._raw = False

    def send(self, data: bytes) -> None:
        """Send all of it. Raises OSError when the other end is gone, or takes nothing."""
        self._socket.settimeout(_PATIENCE)
        try:
            self._socket.sendall(data)
        finally:
            self._socket.setblocking(False)

    def receive(self, seconds: float) -> bytes | None:
        """What has arrived, waiting for at most so long: b"" when nothing has, None when the other end is gone."""
        if not self._decrypted() and not self._poll.poll(seconds * 1000):
            return b""
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            return b"" if _wants_more(error) else None
        return self._joined(bytes(data)) if data else None

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _decrypted(self) -> int:
        """Bytes that a connection over TLS has read already, which no poll tells of."""
        return int(self._socket.pending()) if hasattr(self._socket, "pending") else 0

    def _joined(self, data: bytes) -> bytes:
        """The output in what has arrived, without its headers; an unfinished piece is kept for the next time.

        Where no header stands the engine itself speaks: it could not start the program, and says why.
        """
        if self._raw:
            return data
        arrived = self._arrived + data
        pieces, at = list[bytes](), 0
        while len(arrived) - at >= _HEADER.size:
            stream, size = _HEADER.unpack_from(arrived, at)
            if stream > 2 or any(arrived[at + 1 : at + 4]):
                self._raw, self._arrived = True, b""
                return b"".join(pieces) + arrived[at:]
            end = at + _HEADER.size + size
            if len(arrived) < end:
                break
            pieces.append(arrived[at + _HEADER.size : end])
            at = end
        self._arrived = arrived[at:]
        return b"".join(pieces)


def _wants_more(error: OSError) -> bool:
    """Whether a connection over TLS has got half a record."""
    import ssl

    return isinstance(error, ssl.SSLWantReadError)
