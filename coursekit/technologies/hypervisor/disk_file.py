"""Disks as files, by qemu-img: made thin on another, and looked at while no guest has them."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.shell.place import Completed, Ending, Limits, Place
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor.facts import Disk, backing_of
from coursekit.technologies.hypervisor.problem import GuestProblem, no_emulator
from coursekit.technologies.install import install_command

_IN_USE = "Failed to get"
"""How qemu-img refuses a file that a guest has: `Failed to get shared "write" lock`."""


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
    done = place.run([_qemu_img(), "info", "--output=json", path], limits=limits)
    if _IN_USE in done.output:
        raise InUse(path)
    _require_answer(done)
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
        done = place.run([_qemu_img(), "dd", *how], limits=limits)
        if _IN_USE in done.output:
            raise InUse(path)
        _require_answer(done)
        said = begin.read_bytes()
    if said[_MAGIC : _MAGIC + 2] != b"\x53\xef":
        raise ValueError("there is no ext4 file system on it")
    return not int.from_bytes(said[_FEATURES : _FEATURES + 4], "little") & _TO_RECOVER


def _require_answer(done: Completed) -> None:
    """Raise ValueError when qemu-img says that it is no disk, GuestProblem when it did not come to say anything."""
    if done.ending is not Ending.EXITED:
        raise GuestProblem(f"The disk could not be looked at. {done.explanation}")
    if not done.ok:
        raise ValueError(done.output.strip())


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
