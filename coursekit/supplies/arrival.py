"""One file of a bundle on its way to the student: resumed where it broke off, verified, fetched again when damaged."""

from __future__ import annotations

import contextlib
import errno
import os
from http.client import HTTPException
from io import BufferedIOBase
from pathlib import Path
from typing import IO

from coursekit.errors import CourseError, ExitCode
from coursekit.supplies.listener import Listener, in_megabytes
from coursekit.supplies.manifest import BundleFile, sha256_of
from coursekit.supplies.source import Source

_CHUNK = 1 << 18


def bring(file: BundleFile, source: Source, target: Path, listener: Listener) -> bool:
    """Bring a file of a bundle to ``target``; False when it is there already, whole.

    What has come so far lies in ``target`` with ``.part`` behind its name. Raises Stopped, and CourseError.
    """
    if not target.is_symlink() and is_whole(target, file):
        return False
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(2):
            _receive(file, source, part, listener)
            if is_whole(part, file):
                os.replace(part, target)
                return True
            part.unlink(missing_ok=True)  # damaged: once more, from its beginning
    except (OSError, HTTPException) as error:
        raise _broken_off(file, source, error) from error
    raise CourseError(
        f"{file.path} is damaged in {source.place}: its checksum is not the one in bundle.json.",
        "Tell your instructor: the bundle has to be made again.",
        ExitCode.COULD_NOT_CHECK,
    )


def no_room(what: str, size: int) -> CourseError:
    """What is said when a disk cannot take so many bytes."""
    return CourseError(
        f"There is no room for {what}: it takes {in_megabytes(size)}.",
        "Make room on the disk that holds your coursekit folder (`coursekit clean` shows what may go), then try again.",
        ExitCode.COULD_NOT_CHECK,
    )


def is_whole(path: Path, file: BundleFile) -> bool:
    """Whether a path holds a file of a bundle as it should be."""
    try:
        with path.open("rb") as opened:
            return is_as_listed(opened, file)
    except OSError:
        return False


def is_as_listed(opened: IO[bytes] | BufferedIOBase, file: BundleFile) -> bool:
    """Whether an open file has the size and the checksum that its bundle says. Raises OSError."""
    if os.fstat(opened.fileno()).st_size != file.bytes:
        return False
    return sha256_of(opened) == file.sha256


def _receive(file: BundleFile, source: Source, part: Path, listener: Listener) -> None:
    """Add to ``part`` what it lacks. A source that cannot begin in the middle starts over."""
    there = part.stat().st_size if part.is_file() and not part.is_symlink() else 0
    if there >= file.bytes:
        there = 0
    with contextlib.suppress(FileNotFoundError):
        if part.is_symlink() or not there:
            part.unlink()
    opened, begins = source.open(file, there)
    with opened, part.open("ab") as kept:
        if begins != there:
            kept.truncate(0)
            begins = 0
        done = begins
        while done < file.bytes and (data := opened.read1(min(_CHUNK, file.bytes - done))):
            kept.write(data)
            done += len(data)
            listener.went(file.image or file.name, done, file.bytes)
    if done < file.bytes:
        raise OSError(f"it ended after {in_megabytes(done)} of {in_megabytes(file.bytes)}")


def _broken_off(file: BundleFile, source: Source, error: Exception) -> CourseError:
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return no_room(file.name, file.bytes)
    return CourseError(
        f"{file.path} could not be fetched from {source.place}: {getattr(error, 'strerror', None) or error}.",
        "Try again: it goes on where it stopped.",
        ExitCode.COULD_NOT_CHECK,
    )
