"""A channel to a shell inside a container: one program kept open there, its two streams joined into one."""

from __future__ import annotations

import contextlib
import select
import struct
import time
from typing import TYPE_CHECKING

from coursekit.technologies.engine.problem import EngineProblem

if TYPE_CHECKING:
    from coursekit.technologies.engine.connection import Engine

_CHUNK = 65_536
_HEADER = struct.Struct(">BxxxL")
"""Before each piece of output: which stream, and how many bytes. From the API's reference, "Stream format"."""
_TAG = "COURSEKIT_TREE"
_END = (
    "for d in /proc/[0-9]*;do case \"$(tr '\\0' '\\n' <$d/environ 2>/dev/null)\" in "
    f"*{_TAG}=%s*) kill -9 ${{d#/proc/}};;esac;done"
)
"""Ends every process inside that carries our tag, and with them the shell that reads it."""
_PATIENCE = 2.0
"""Seconds for what was started inside to be gone."""


class ContainerChannel:
    """A POSIX shell in a running container. Everything that it started ends with it."""

    def __init__(self, engine: Engine, container: str, tag: str) -> None:
        """Start the shell. Raises EngineProblem."""
        self._engine, self._container, self._tag = engine, container, tag
        self._identifier, self._line = engine.start_program(container, ["/bin/sh"], {_TAG: tag})
        self._line.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._line, select.POLLIN | select.POLLHUP)
        self._arrived = b""
        self._closed = False

    def send(self, data: bytes) -> None:
        self._line.setblocking(True)
        try:
            self._line.sendall(data)
        finally:
            self._line.setblocking(False)

    def receive(self, seconds: float) -> bytes | None:
        if not self._poll.poll(seconds * 1000):
            return b""
        try:
            data = self._line.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except OSError:
            return None
        if not data:
            return None
        return self._joined(data)

    def _joined(self, data: bytes) -> bytes:
        """The output in what has arrived, without its headers; an unfinished piece is kept for the next time."""
        arrived = self._arrived + data
        pieces, at = [], 0
        while len(arrived) - at >= _HEADER.size:
            end = at + _HEADER.size + _HEADER.unpack_from(arrived, at)[1]
            if len(arrived) < end:
                break
            pieces.append(arrived[at + _HEADER.size : end])
            at = end
        self._arrived = arrived[at:]
        return b"".join(pieces)

    def close(self) -> list[int]:
        """End the shell and what it started. An engine or a container that is gone has ended them already."""
        if self._closed:
            return []
        self._closed = True
        try:
            self._end()
        except EngineProblem:
            return []
        finally:
            self._line.close()
        return []

    def _end(self) -> None:
        command = _END % self._tag
        with contextlib.suppress(OSError):
            self.send(command.encode() + b"\n")
        if not self._gone(0.3):
            self._engine.run_behind(self._container, ["/bin/sh", "-c", command])
            self._gone(_PATIENCE)

    def _gone(self, seconds: float) -> bool:
        """Whether the shell's line has closed within so long. What still arrives is thrown away."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self.receive(left) is None:
                return True
        return not self._engine.program_runs(self._identifier)
