"""A Place is where a check looks: this machine, later a container or a guest. The contract every Place keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from coursekit.model.verdict import CommandRecord


class Ending(StrEnum):
    """How a command came to its end."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    """It ran longer than its limit."""
    SILENT = "silent"
    """It printed nothing for longer than its limit: it probably waits for input."""
    FLOODED = "flooded"
    """It printed more than its limit."""
    CANCELLED = "cancelled"
    NOT_STARTED = "not started"
    """There is no such program, or it may not be run."""
    LOST = "lost"
    """The session broke: its answer cannot be trusted."""


@dataclass(frozen=True)
class Limits:
    """Bounds on one command."""

    seconds: float = 10.0
    silence: float | None = None
    """Seconds without output after which it is taken to wait for input."""
    output: int = 10_000_000
    """Bytes that it may print before it is stopped."""
    kept: int = 32_768
    """Bytes of output that are kept: the first half from its head, the second from its tail."""


@dataclass(frozen=True)
class Completed:
    """A command that has ended, one way or another. Nothing of its process tree is left."""

    command: str
    """As a person would type it."""
    ending: Ending
    exit_status: int | None
    """None unless ``ending`` is EXITED. A death by signal N is 128 + N."""
    output: str
    """Standard output and error together, bounded, decoded with replacement, control sequences stripped."""
    seconds: float
    explanation: str = ""
    """For every ending but EXITED: one plain sentence, such as what it seems to wait for."""

    @property
    def ok(self) -> bool:
        return self.ending is Ending.EXITED and self.exit_status == 0

    def record(self) -> CommandRecord:
        return CommandRecord(self.command, self.exit_status, self.output, self.seconds)


@dataclass(frozen=True)
class FileFacts:
    """What ``stat`` says of a path, links not followed unless asked."""

    kind: str
    """``file``, ``folder``, ``link`` or ``other``."""
    size: int
    mode: int
    """Permission bits, such as 0o644."""
    modified: float
    """Seconds since the epoch."""
    target: str = ""
    """Of a link: where it points, as written."""


@dataclass(frozen=True)
class Exchange:
    """One turn of a conversation with an interactive program."""

    expect: str
    """Regular expression that the program's output must match before ``send`` is typed."""
    send: str | None = None
    """Typed with Enter; None types nothing."""


class Session(Protocol):
    """A POSIX shell of our own, kept open: one command at a time, discarded after any anomaly."""

    def run(self, command: str, limits: Limits = ...) -> Completed:
        """Run a shell command line. A session that is lost answers every further command with LOST."""

    def close(self) -> None:
        """End the shell and its whole process tree. May be called twice."""


class Place(Protocol):
    """Somewhere a check can look. Relative paths start at the workspace."""

    @property
    def name(self) -> str:
        """In the student's words: ``this machine``."""

    @property
    def root(self) -> str:
        """The absolute path of the workspace in this place."""

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "",
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        limits: Limits = ...,
    ) -> Completed:
        """Run a program without tty or shell, in a cleared environment plus ``environment``.

        A program given without a slash is looked for in the place's own trusted folders, never in the student's PATH.
        """

    def converse(
        self, argv: Sequence[str], exchanges: Sequence[Exchange], *, cwd: str = "", limits: Limits = ...
    ) -> Completed:
        """Hold a conversation with an interactive program on a pseudo-terminal.

        SILENT names in ``explanation`` which exchange was waited for.
        """

    def read(self, path: str, limit: int = ...) -> bytes:
        """At most ``limit`` bytes of a regular file. Raises OSError as ``open`` does; never blocks on a pipe."""

    def stat(self, path: str, *, follow: bool = False) -> FileFacts | None:
        """Facts about a path; None when there is nothing."""

    def names(self, path: str) -> list[str]:
        """The sorted names in a folder. Raises OSError."""

    def session(self) -> Session:
        """A new session, closed with the place."""

    def close(self) -> None:
        """End everything that was started here. May be called twice."""
