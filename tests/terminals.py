"""A program in a real pseudo-terminal, and what a person would see of it."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import ptyprocess

from coursekit.app.terminal.engine import make_engine
from coursekit.app.terminal.rendering import Row

KEYS = {"F1": "\x1bOP", "F2": "\x1bOQ", "F3": "\x1bOR", "F4": "\x1bOS", "F5": "\x1b[15~", "F6": "\x1b[17~"} | {
    "F7": "\x1b[18~",
    "F8": "\x1b[19~",
    "F9": "\x1b[20~",
    "F10": "\x1b[21~",
    "Enter": "\r",
    "Escape": "\x1b",
    "Down": "\x1b[B",
    "Up": "\x1b[A",
    "Ctrl+Space": "\0",
    "Ctrl+Z": "\x1a",
}


class Terminal:
    """A terminal with a program in it. A context manager: the program is gone afterwards."""

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], columns: int = 100, rows: int = 30, cwd: str = "/"
    ) -> None:
        self._engine = make_engine(columns, rows, 0)
        self._rows: list[str] = [""] * rows
        known = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color", **environment}
        self.process = ptyprocess.PtyProcess.spawn(list(argv), cwd=cwd, env=known, dimensions=(rows, columns))
        os.set_blocking(self.process.fd, False)
        self._closed = False
        self.status: int | None = None
        """The exit status, or 128 + N after signal N, once `wait` has returned."""
        self.settings = termios.tcgetattr(self.process.fd)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._closed:
            return
        if self.status is None:
            try:
                os.kill(self.process.pid, signal.SIGCONT)
                os.kill(self.process.pid, signal.SIGTERM)
                self.wait(5)
            except (ProcessLookupError, AssertionError):
                os.kill(self.process.pid, signal.SIGKILL)
                self.wait(5)
        self._closed = True
        self.process.closed = True
        self.process.fileobj.close()

    @property
    def pid(self) -> int:
        return int(self.process.pid)

    @property
    def text(self) -> str:
        """What is on the screen now."""
        self._read(0)
        return "\n".join(self._rows)

    def _read(self, seconds: float) -> bool:
        """Take in what is printed within so many seconds; False when the terminal is closed."""
        still_open = True
        while still_open and select.select([self.process.fd], [], [], seconds)[0]:
            still_open = self._take_in()
            seconds = 0
        for number, row in self._engine.changed_rows().items():
            self._rows[number] = _text(row)
        return still_open

    def _take_in(self) -> bool:
        try:
            data = os.read(self.process.fd, 65_536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if answer := self._engine.feed(data):
            os.write(self.process.fd, answer)
        return bool(data)

    def press(self, *keys: str) -> None:
        """Press keys: names such as F2 and Enter, or text to type."""
        for key in keys:
            os.write(self.process.fd, KEYS.get(key, key).encode())

    def shows(self, *words: str, seconds: float = 15) -> str:
        """Wait until all the words are on the screen; gives the screen."""
        deadline = time.monotonic() + seconds
        open_still = True
        while not all(word in self.text for word in words):
            in_time = open_still and time.monotonic() < deadline
            assert in_time, f"{words} not within {seconds} s on:\n{self.text}"
            open_still = self._read(0.05)
        return self.text

    def until(self, holds: Callable[[], bool], seconds: float = 15) -> None:
        """Wait for a state of the screen."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds} s on:\n{self.text}"
            self._read(0.05)

    def gone(self, *words: str, seconds: float = 15) -> str:
        """Wait until none of the words is on the screen; gives the screen."""
        deadline = time.monotonic() + seconds
        while any(word in self.text for word in words):
            assert time.monotonic() < deadline, f"{words} still after {seconds} s on:\n{self.text}"
            self._read(0.05)
        return self.text

    def wait(self, seconds: float = 10) -> int:
        """Wait for the program's end; gives its exit status."""
        deadline = time.monotonic() + seconds
        while self.status is None:
            self._read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self.status = code if code >= 0 else 128 - code
                self.process.terminated = True
            assert self.status is not None or time.monotonic() < deadline, f"still running:\n{self.text}"
        self._read(0)
        return self.status

    def stopped(self, seconds: float = 10) -> None:
        """Wait until the program has been stopped, as by Ctrl-Z."""
        deadline = time.monotonic() + seconds
        while True:
            self._read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid:
                assert os.WIFSTOPPED(status), f"ended with {status}"
                self._read(0)
                return
            assert time.monotonic() < deadline, f"not stopped:\n{self.text}"

    @property
    def restored(self) -> bool:
        """Whether the terminal is as it was before the program: its settings, its screen, its mouse."""
        modes = self._engine.modes
        now: list[Any] = termios.tcgetattr(self.process.fd)
        return now == self.settings and not (modes.alternate_screen or modes.mouse or modes.bracketed_paste)


def _text(row: Row) -> str:
    return "".join(run.text for run in row).rstrip()


def coursekit(course: Path | None, home: Path, columns: int = 100, rows: int = 30, **environment: str) -> Terminal:
    """The app, opened as a student does."""
    home.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "coursekit", *(["--course", str(course)] if course else [])]
    known = {"COURSEKIT_HOME": str(home / "coursekit"), "HOME": str(home), "SHELL": "/bin/bash", **environment}
    return Terminal(argv, known, columns, rows)
