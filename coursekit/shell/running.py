"""One program, run without tty or shell, within limits; whatever happens, nothing of its process tree is left."""

from __future__ import annotations

import os
import select
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coursekit.shell.place import Completed, Ending, Limits
from coursekit.shell.text import HeadAndTail
from coursekit.shell.tree import Tree

Cancelled = Callable[[], bool]
_LOOK = 0.05
"""Seconds between two looks at ``cancelled``."""
_CHUNK = 65_536


def never() -> bool:
    """For what cannot be cancelled."""
    return False


@dataclass
class Watch:
    """The clocks of one command: when it is too long, too silent, or too loud."""

    limits: Limits
    cancelled: Cancelled

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.heard = self.began

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def pause(self) -> float:
        """Seconds that may be waited before the next look."""
        return max(0.0, min(_LOOK, self.limits.seconds - self.seconds))

    def verdict(self, size: int) -> Ending | None:
        """Which limit has been reached, if any. ``size`` is the output so far, in bytes."""
        now = time.monotonic()
        if size > self.limits.output:
            return Ending.FLOODED
        if self.cancelled():
            return Ending.CANCELLED
        if now - self.began >= self.limits.seconds:
            return Ending.TIMED_OUT
        if self.limits.silence is not None and now - self.heard >= self.limits.silence:
            return Ending.SILENT
        return None


def explain(ending: Ending, limits: Limits, output: HeadAndTail) -> str:
    """Why a command was stopped, in one plain sentence."""
    last = output.last_line()
    waits = f" The last it said: “{last}”" if last else " It had printed nothing."
    match ending:
        case Ending.TIMED_OUT:
            return f"It was stopped after {limits.seconds:.3g} s.{waits}"
        case Ending.SILENT:
            return f"It printed nothing for {limits.silence:.3g} s and seems to wait for input.{waits}"
        case Ending.FLOODED:
            return f"It was stopped after printing {limits.output / 1e6:.3g} MB."
        case Ending.CANCELLED:
            return "The check was cancelled."
    return ""


def run_program(
    argv: Sequence[str],
    *,
    cwd: str,
    environment: Mapping[str, str],
    stdin: bytes,
    limits: Limits,
    cancelled: Cancelled,
) -> Completed:
    """Run a program to its end, or to a limit. Never raises for what the program is or does."""
    command = shlex.join(argv)
    output = HeadAndTail(limits.kept)
    tree = Tree()
    watch = Watch(limits, cancelled)
    try:
        with tree.starting():
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env={**environment, **tree.environment},
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                bufsize=0,
            )
            tree.grows_from(process.pid)
    except (OSError, ValueError) as error:
        return Completed(command, Ending.NOT_STARTED, None, "", watch.seconds, _not_started(argv, cwd, error))
    try:
        ending = _follow(process, stdin, output, watch)
    finally:
        survivors = tree.stop()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        status = process.wait()
    explanation = explain(ending, limits, output)
    if survivors:
        explanation += f" These processes could not be stopped: {survivors}."
    return Completed(
        command,
        ending,
        _shell_status(status) if ending is Ending.EXITED else None,
        output.text(),
        watch.seconds,
        explanation.strip(),
    )


def _follow(process: subprocess.Popen[bytes], stdin: bytes, output: HeadAndTail, watch: Watch) -> Ending:
    """Feed and read a process until it has ended or a limit is reached.

    What it left running in the background may hold its output open for ever: once the process itself has ended, only
    what is already there is read.
    """
    assert process.stdout is not None
    reading = process.stdout.fileno()
    os.set_blocking(reading, False)
    writing = process.stdin.fileno() if process.stdin else None
    if writing is not None:
        os.set_blocking(writing, False)
    open_output = True
    while True:
        ended = process.poll() is not None
        pause = 0.0 if ended else watch.pause if open_output else min(watch.pause, 0.005)
        ready, writable, _ = select.select(
            [reading] if open_output else [], [writing] if writing is not None else [], [], pause
        )
        if writable and writing is not None:
            stdin = _feed(process, writing, stdin)
            writing = writing if stdin else None
        if ready:
            data = os.read(reading, _CHUNK)
            open_output = bool(data)
            output.add(data)
            watch.heard = time.monotonic()
        elif ended:
            return Ending.EXITED
        if ended and not open_output:
            return Ending.EXITED
        if (verdict := watch.verdict(output.size)) and not (ended and verdict is not Ending.FLOODED):
            return verdict


def _feed(process: subprocess.Popen[bytes], writing: int, data: bytes) -> bytes:
    """Write what fits; gives the rest, and closes the pipe when there is none."""
    try:
        data = data[os.write(writing, data[:_CHUNK]) :]
    except BlockingIOError:
        return data
    except BrokenPipeError:
        data = b""
    if not data and process.stdin is not None:
        process.stdin.close()
    return data


def _shell_status(status: int) -> int:
    return 128 - status if status < 0 else status


def _not_started(argv: Sequence[str], cwd: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        if not os.path.isdir(cwd):
            return f"The folder {cwd} is not there."
        return f"There is no program {argv[0]}."
    if isinstance(error, PermissionError):
        return f"{argv[0]} may not be run: it is not an executable file."
    return f"{argv[0]} cannot be run: {error}."
