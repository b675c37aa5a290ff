"""Whether a guest is on: by its socket, or by the QEMU that holds its disk.

The disk tells of one that can be asked no more: a second start in the same folder takes the socket away.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from coursekit.technologies.hypervisor.files import DISK, QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.peer import connect, emulator_files, ended_within, opened_by, peer, require_qemu
from coursekit.technologies.hypervisor.problem import GuestProblem, NotQemu, NotRunning

_END = 10.0
"""Seconds that QEMU gets to close its disks and end."""


def is_on(folder: Path, hardware: Hardware, patience: float) -> bool:
    """Whether a guest in a folder is on. One that does not answer in time (seconds), or to this account, is."""
    socket = folder / QMP_SOCKET
    try:
        with connect(socket, patience) as connection:
            require_qemu(peer(connection, socket), hardware.emulator, socket)
    except (NotRunning, NotQemu):
        return _disk(folder) in _holders(hardware)
    except (TimeoutError, GuestProblem):
        return True
    return True


def _holders(hardware: Hardware) -> dict[str, int]:
    """The files that QEMUs of this account hold open, links followed, with the process of each. On Linux alone."""
    held = {}
    for pid in _emulators(hardware):
        with contextlib.suppress(OSError):  # it has just ended
            held.update(dict.fromkeys(opened_by(pid), pid))
    return held


def _disk(folder: Path) -> str:
    """The disk in a guest's folder as `_holders` names it. A link in its place is not followed to another's disk."""
    return os.path.join(os.path.realpath(folder), DISK)


def end_holder(folder: Path, hardware: Hardware) -> bool:
    """End the QEMU that holds the disk in a guest's folder; False when none does. Raises GuestProblem.

    QEMU closes the disk before it ends.
    """
    pid = _holders(hardware).get(_disk(folder))
    if pid is None or sys.platform != "linux":
        return False
    with contextlib.suppress(ProcessLookupError):  # it has just ended
        process = os.pidfd_open(pid)
        try:
            if pid in _emulators(hardware):  # the number has not gone to another program
                signal.pidfd_send_signal(process, signal.SIGTERM)
        finally:
            os.close(process)
        if not ended_within(pid, _END):
            raise GuestProblem(f"The QEMU that has the disk in {folder} does not end: process {pid}.")
    return True


def _emulators(hardware: Hardware) -> Iterator[int]:
    programs = emulator_files(hardware.emulator)
    for process in filter(str.isdecimal, os.listdir("/proc")) if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):  # of another account, or it has just ended
            if os.readlink(f"/proc/{process}/exe") in programs:
                yield int(process)
