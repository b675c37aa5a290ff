"""The QEMU that holds a guest's disk, found without a socket: a second start in the same folder takes that away."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from coursekit.technologies.hypervisor.files import DISK
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.peer import is_emulator, opened_by
from coursekit.technologies.hypervisor.problem import GuestProblem

_END = 10.0
"""Seconds that QEMU gets to close its disks and end."""


def holders(hardware: Hardware) -> dict[str, int]:
    """The files that QEMUs of this account hold open, links followed, with the process of each. On Linux alone."""
    held = {}
    for pid in _emulators(hardware):
        with contextlib.suppress(OSError):  # it has just ended
            held.update(dict.fromkeys(opened_by(pid), pid))
    return held


def disk_of(folder: Path) -> str:
    """The disk in a guest's folder as `holders` names it. A link in its place is not followed to another's disk."""
    return os.path.join(os.path.realpath(folder), DISK)


def end_holder(folder: Path, hardware: Hardware) -> bool:
    """End the QEMU that holds the disk in a guest's folder; False when none does. Raises GuestProblem.

    QEMU closes the disk before it ends.
    """
    pid = holders(hardware).get(disk_of(folder))
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):  # it has just ended
        process = os.pidfd_open(pid)
        try:
            if pid in _emulators(hardware):  # the number has not gone to another program
                signal.pidfd_send_signal(process, signal.SIGTERM)
            if not select.select([process], [], [], _END)[0]:
                raise GuestProblem(f"The QEMU that has the disk in {folder} does not end: process {pid}.")
        finally:
            os.close(process)
    return True


def _emulators(hardware: Hardware) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):  # of another account, or it has just ended
            if is_emulator(os.readlink(process / "exe"), hardware.emulator):
                yield int(process.name)
