"""Leases: one holder at a time, over all processes of this machine.

A lease is a lock that the kernel holds for the process, so that a holder that was killed, or a machine that was
switched off, leaves none behind. Process numbers and times would have to be guessed at.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from coursekit.errors import CourseError, ExitCode


@contextmanager
def lease(folder: Path, name: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lease of that name. Raises CourseError when its file cannot be made.

    Unless told to wait, also when another has it, and names that one.
    """
    path = folder / f"{name.replace('/', '-').replace(' ', '-')}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CourseError(
            f"Your progress cannot be written: {path} ({error.strerror or error}). Nothing was lost.",
            "Make room or give yourself the right to write there, or choose another place: set COURSEKIT_HOME.",
            ExitCode.COULD_NOT_CHECK,
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            raise CourseError(
                f"Another coursekit is busy with that: {name} (process {holder}).",
                "Wait until it has finished, then try again.",
                ExitCode.COULD_NOT_CHECK,
            ) from None
        with suppress(OSError):  # on a full disk the number may be missing: the lock holds all the same
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
