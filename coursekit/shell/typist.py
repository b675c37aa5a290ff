"""Types at a student's shell as a person would, and waits for each prompt: for solutions that are played, and tests."""

from __future__ import annotations

import contextlib
import select
import shlex
import time
from collections.abc import Iterator
from pathlib import Path

from coursekit.errors import CourseError, ExitCode
from coursekit.model.shell_state import ShellState
from coursekit.shell.marks import CommandBegan, Mark, MarkReader, PromptShown
from coursekit.shell.student import Launch, StudentShell
from coursekit.shell.text import HeadAndTail
from coursekit.shell.tree import Tree

_SNAPSHOT = Path(__file__).parent / "integration" / "snapshot.bash"
_START = 20.0
"""Seconds that a shell gets to show its first prompt."""


class Typist:
    """A person at a shell. Closing it leaves no process of the shell's behind."""

    def __init__(self, launch: Launch) -> None:
        """Start the shell and wait for its first prompt. Raises CourseError."""
        self._tree = Tree()
        with self._tree.starting():
            self._shell = StudentShell(launch, 200, 50)
            self._tree.grows_from(self._shell.pid)
        self._marks = MarkReader(launch.nonce)
        self._screen = HeadAndTail(32_768)
        self._arrived: list[Mark] = []
        self.state = self._wait_for_prompt(_START, "its first prompt", after_command=False)

    @property
    def output(self) -> str:
        """What was printed since the last line was typed, without marks."""
        return self._screen.text()

    def type(self, line: str, seconds: float) -> ShellState:
        """Type a line and Enter, and wait for the next prompt. Raises CourseError when none comes in time."""
        self._screen = HeadAndTail(32_768)
        self._shell.write(line.encode() + b"\r")
        self.state = self._wait_for_prompt(seconds, f"the end of `{line}`", after_command=bool(line.strip()))
        return self.state

    def type_until(self, line: str, shown: str, seconds: float) -> None:
        """Type a line and Enter, and wait until a program that keeps the terminal has shown a text.

        Raises CourseError when it does not in time, or ends before: what is typed next must not reach another program.
        """
        self._screen = HeadAndTail(32_768)
        self._shell.write(line.encode() + b"\r")
        what = f"“{shown}” after `{line}`"
        for _ in self._read_for(seconds, what):
            if shown in self._screen.text():
                return
            if any(isinstance(mark, PromptShown) for mark in self._arrived):
                raise CourseError(f"The program ended, and did not show {what}.{self._said()}")

    def snapshot(self, path: Path) -> None:
        """Keep the shell's variables, functions, aliases and folder in a file. Raises CourseError."""
        self.type(f" source {shlex.quote(str(_SNAPSHOT))} {shlex.quote(str(path))}", _START)

    def restore(self, path: Path) -> ShellState:
        """Bring back what ``snapshot`` kept, in this fresh shell. Raises CourseError."""
        return self.type(f" source {shlex.quote(str(path))} 2>/dev/null", _START)

    def close(self) -> None:
        """End the shell and all that it started."""
        self._shell.close()
        self._tree.stop()

    def _wait_for_prompt(self, seconds: float, what: str, *, after_command: bool) -> ShellState:
        began = not after_command
        for _ in self._read_for(seconds, what):
            while self._arrived:
                match self._arrived.pop(0):
                    case CommandBegan():
                        began = True
                    case PromptShown(state) if began:
                        return state
        raise AssertionError("reading ends by an error alone")

    def _read_for(self, seconds: float, what: str) -> Iterator[None]:
        """Read what is printed, piece by piece. Raises CourseError when the time is over or the shell has ended."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            yield
            self._shell.flush()
            select.select([self._shell.fd], [], [], min(left, 0.05))
            data = self._shell.read()
            if data is None:
                raise CourseError(f"The shell ended while it was waited for {what}.{self._said()}")
            screen, marks = self._marks.feed(data)
            self._screen.add(screen)
            self._arrived += marks
        with contextlib.suppress(CourseError):
            self.close()
        raise CourseError(f"{seconds:.0f} s went by without {what}.{self._said()}", "", ExitCode.COULD_NOT_CHECK)

    def _said(self) -> str:
        last = self._screen.last_line()
        return f" The last it said: “{last}”" if last else ""
