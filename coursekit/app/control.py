"""The app's line to its supervisor: asks for checkers, and notices when the supervisor is gone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from coursekit.checker.remote import RemoteChecker


_LONGEST_LINE = 32_000_000
"""Bytes of one answer of a checker."""


class Checkers(Protocol):
    """Where checker processes come from, and how one is stopped for good."""

    async def open(self) -> tuple[RemoteChecker, int]:
        """A checker and the number by which it is known. Raises ConnectionError."""

    def stop(self, number: int) -> None:
        """Stop that checker with all that it started."""


async def connect(line: socket.socket) -> RemoteChecker:
    """The checker at the other end of a socket."""
    from coursekit.checker.remote import RemoteChecker  # only once something is checked

    reader, writer = await asyncio.open_connection(sock=line, limit=_LONGEST_LINE)
    return RemoteChecker(reader, writer)


class Control:
    """The checkers of the supervisor at the other end of a descriptor."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(False)
        self._on_closed: Callable[[], None] = lambda: None
        self._waiting: list[asyncio.Future[tuple[socket.socket, int]]] = []
        self._buffer = b""
        self._lines: list[int] = []

    def listen(self, on_closed: Callable[[], None]) -> None:
        """Listen in the running event loop; ``on_closed`` is called when the supervisor is gone."""
        self._on_closed = on_closed
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    async def open(self) -> tuple[RemoteChecker, int]:
        answer: asyncio.Future[tuple[socket.socket, int]] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._say({"op": "checker"})
        line, number = await answer
        return await connect(line), number

    def stop(self, number: int) -> None:
        self._say({"op": "stop", "pid": number})

    def _say(self, wish: dict[str, object]) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._socket.sendall(json.dumps(wish).encode() + b"\n")

    def _read(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._socket, 65_536, 8)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        self._lines += descriptors
        if not data:
            self._end()
            return
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            answer = json.loads(line)
            if answer["op"] == "checker" and self._waiting:
                self._hand_over(self._waiting.pop(0), socket.socket(fileno=self._lines.pop(0)), answer["pid"])

    def _hand_over(self, wish: asyncio.Future[tuple[socket.socket, int]], line: socket.socket, number: int) -> None:
        """Give a checker to whoever asked for one; stop it when they have given up meanwhile."""
        if wish.done():
            line.close()
            self.stop(number)
        else:
            wish.set_result((line, number))

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        for wish in self._waiting:
            if not wish.done():
                wish.set_exception(ConnectionError("the supervisor is gone"))
        self._on_closed()
