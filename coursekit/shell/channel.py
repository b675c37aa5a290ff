"""A channel carries bytes to and from a shell of ours: here over pipes, for what sees no terminal asks no question."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Mapping, Sequence
from typing import Protocol

from coursekit.shell.tree import Tree

_CHUNK = 65_536


class Channel(Protocol):
    """Bytes in, bytes out."""

    def send(self, data: bytes) -> None:
        """Send all of it. Raises OSError when the other end is gone."""

    def receive(self, seconds: float) -> bytes | None:
        """What has arrived, waiting for at most so long: b"" when nothing has, None when the other end is gone."""

    def close(self) -> list[int]:
        """End the other side and all that it started. Gives the processes that survived: normally none."""


class LocalChannel:
    """A shell of this machine, in a process session of its own."""

    def __init__(self, argv: Sequence[str], *, cwd: str, environment: Mapping[str, str]) -> None:
        self._tree = Tree()
        with self._tree.starting():
            self._process = subprocess.Popen(
                argv,
                cwd=cwd,
                env={**environment, **self._tree.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                bufsize=0,
            )
            self._tree.grows_from(self._process.pid)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._writing = self._process.stdin.fileno()
        self._reading = self._process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._reading, select.POLLIN | select.POLLHUP)
        self._closed = False

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._writing, view) :]

    def receive(self, seconds: float) -> bytes | None:
        if not self._poll.poll(seconds * 1000):
            return b""
        return os.read(self._reading, _CHUNK) or None

    def close(self) -> list[int]:
        if self._closed:
            return []
        self._closed = True
        survivors = self._tree.stop()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        return survivors
