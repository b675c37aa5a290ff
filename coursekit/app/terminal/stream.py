"""The bytes between a process and its screen: read in fair portions, written when there is room.

A program that prints without end must not keep the app from its other work, so a portion ends after `_PORTION` seconds
and the event loop goes round. Nothing is kept: what is not read waits in the pseudo-terminal, and holds the program up.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Protocol

QUIET = 0.5
"""Seconds without output after which a program counts as quiet."""
_PORTION = 0.002
_CHUNK = 65_536


class TerminalProcess(Protocol):
    """A process behind a pseudo-terminal, such as `shell.student.StudentShell`."""

    fd: int
    """The terminal's side of it, non-blocking."""

    def write(self, data: bytes) -> None:
        """Type bytes; what is not taken at once is kept."""
        ...

    def flush(self) -> bool:
        """Type what was kept; True when nothing is left."""
        ...

    def resize(self, columns: int, rows: int) -> None: ...

    def close(self) -> int | None:
        """End it, and return its exit status where that is known."""
        ...


class Stream:
    """Connects a process to callbacks, in the running event loop, from its creation until `close` or its end."""

    def __init__(
        self,
        process: TerminalProcess,
        on_output: Callable[[bytes], None],
        on_quiet: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        self._process = process
        self._fd = process.fd
        self._on_output, self._on_quiet, self._on_end = on_output, on_quiet, on_end
        self._loop = asyncio.get_running_loop()
        self._quiet_timer: asyncio.TimerHandle | None = None
        self._writing = False
        self.last_output = time.monotonic()
        """When the process last printed, in seconds of `time.monotonic`."""
        self._loop.add_reader(self._fd, self._read)

    def send(self, data: bytes) -> None:
        """Type bytes to the process, now or as soon as it takes them."""
        self._process.write(data)
        if not self._writing and not self._process.flush():
            self._writing = True
            self._loop.add_writer(self._fd, self._write)

    def close(self) -> None:
        """Stop listening; the process is left alone."""
        self._loop.remove_reader(self._fd)
        if self._writing:
            self._loop.remove_writer(self._fd)
            self._writing = False
        if self._quiet_timer is not None:
            self._quiet_timer.cancel()
            self._quiet_timer = None

    def _write(self) -> None:
        if self._process.flush():
            self._writing = False
            self._loop.remove_writer(self._fd)

    def _read(self) -> None:
        deadline = time.perf_counter() + _PORTION
        while True:
            try:
                data = os.read(self._fd, _CHUNK)
            except BlockingIOError:
                break
            except OSError:  # EIO is how Linux says that the other side is closed
                data = b""
            if not data:
                self.close()
                self._on_end()
                return
            self._on_output(data)
            if time.perf_counter() > deadline:
                break
        self.last_output = time.monotonic()
        if self._quiet_timer is None:
            self._quiet_timer = self._loop.call_later(QUIET, self._check_quiet)

    def _check_quiet(self) -> None:
        remaining = self.last_output + QUIET - time.monotonic()
        if remaining > 0:
            self._quiet_timer = self._loop.call_later(remaining, self._check_quiet)
        else:
            self._quiet_timer = None
            self._on_quiet()
