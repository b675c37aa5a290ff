"""Disks as files, by qemu-img: made thin on another, and looked at while no guest has them.

A look takes no lock (`-U`): the student's own command at the same moment is not refused.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coursekit.shell.place import Completed, Ending, Limits, Place
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor.facts import Disk, backing_of
from coursekit.technologies.hypervisor.problem import GuestProblem, no_emulator
from coursekit.technologies.install import install_command

_LONGEST = 1_000_000
"""Bytes that qemu-img may say of a disk: some 250 for each snapshot."""
_WRITES = 101
"""The byte of a file that QEMU locks while it may write there: block/file-posix.c, RAW_LOCK_PERM_BASE."""
_LOCK = "hhqqi0q"
"""`struct flock`: kind, from where, first byte, bytes, process. It ends as a long number does. man 2 fcntl."""
_BEGIN = 2048
"""Bytes in which an ext4 file system says what it is: https://docs.kernel.org/filesystems/ext4/super.html"""
_MAGIC, _FEATURES, _TO_RECOVER = 1024 + 0x38, 1024 + 0x60, 0x4


class InUse(Exception):
    """A guest has the disk: it is not to be touched, and what it holds is known by that guest's QEMU."""


@dataclass(frozen=True)
class Info:
    """A disk that no guest has."""

    disk: Disk
    held: int
    """Bytes that it takes on this machine."""


def look_at_disk(place: Place, path: str, limits: Limits = Limits()) -> Info:  # noqa: B008
    """A disk's facts. Raises InUse, GuestProblem, FileNotFoundError, ValueError when it is no disk that QEMU knows."""
    if place.stat(path, follow=True) is None:
        raise FileNotFoundError(path)
    done = _look(place, path, ["info", "-U", "--output=json", path], limits)
    said: dict[str, Any] = json.loads(done.output)
    whole = os.path.realpath(os.path.join(place.root, path))
    disk = Disk(
        path=whole,
        format=str(said["format"]),
        read_only=False,
        backing=backing_of(said, whole, lambda name: os.path.realpath(os.path.join(place.root, name))),
        snapshots=tuple(str(snapshot["name"]) for snapshot in said.get("snapshots", ())),
        size=int(said["virtual-size"]),
    )
    return Info(disk, int(said.get("actual-size", 0)))


def was_closed(place: Place, path: str, limits: Limits = Limits()) -> bool:  # noqa: B008
    """Whether the file system on a thin disk was closed by its guest, as a machine does that switches itself off.

    A guest that was ended from outside leaves it as it was while it ran: its journal must be played first at the next
    start. Raises InUse, GuestProblem, ValueError when there is no such file system on it.
    """
    with tempfile.TemporaryDirectory() as folder:
        begin = Path(folder, "begin")
        how = ["-f", "qcow2", "-O", "raw", f"bs={_BEGIN}", "count=1", f"if={path}", f"of={begin}"]
        _look(place, path, ["dd", "-U", *how], limits)
        said = begin.read_bytes()
    if said[_MAGIC : _MAGIC + 2] != b"\x53\xef":
        raise ValueError("there is no ext4 file system on it")
    return not int.from_bytes(said[_FEATURES : _FEATURES + 4], "little") & _TO_RECOVER


def _look(place: Place, path: str, question: list[str], limits: Limits) -> Completed:
    """What qemu-img says of a disk. Raises InUse, ValueError when it says that it is none, GuestProblem."""
    status = place.stat(path, follow=True)
    if status is not None and status.kind != "file":  # qemu-img would wait for ever for what comes out of a pipe
        raise ValueError("it is no file")
    before = _is_written(place, path)
    done = place.run([_qemu_img(), *question], limits=replace(limits, kept=_LONGEST))
    if before or _is_written(place, path) or place.stat(path, follow=True) != status:  # it may have been half written
        raise InUse(path)
    if done.ending is not Ending.EXITED:
        raise GuestProblem(f"The disk could not be looked at. {done.explanation}")
    if not done.ok:
        raise ValueError(done.output.strip())
    return done


def _is_written(place: Place, path: str) -> bool:
    """Whether a QEMU, or a qemu-img, may write to a disk. On Linux alone: elsewhere they take no locks."""
    if sys.platform != "linux":
        return False
    try:
        disk = os.open(os.path.join(place.root, path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # qemu-img says why
        return False
    try:
        asked = struct.pack(_LOCK, fcntl.F_WRLCK, os.SEEK_SET, _WRITES, 1, 0)
        kind, *_ = struct.unpack(_LOCK, fcntl.fcntl(disk, fcntl.F_OFD_GETLK, asked))
    finally:
        os.close(disk)
    return bool(kind != fcntl.F_UNLCK)


def make_thin(place: Place, base: Path, path: str) -> None:
    """Make a disk that holds nothing but what will differ from its base. Raises GuestProblem."""
    done = place.run([_qemu_img(), "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", str(base), path])
    if not done.ok:
        raise GuestProblem(f"The disk {path} could not be made: {done.output.strip() or done.explanation}")


def _qemu_img() -> str:
    found = find_program("qemu-img")
    if found is None:
        raise no_emulator("qemu-img", install_command("qemu-img"))
    return str(found)
