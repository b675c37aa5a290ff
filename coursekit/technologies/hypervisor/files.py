"""The files of a guest, by their names in its folder."""

from __future__ import annotations

import os
from pathlib import Path

MACHINE = "machine.cfg"
DISK = "disk.qcow2"
QMP_SOCKET = "qmp.sock"
LINE_SOCKET = "checks.sock"
LONGEST_SOCKET = 100
"""Bytes that the path of a socket may have: the kernel takes 107 on Linux, 103 on macOS."""


def socket_path(folder: Path, name: str) -> str:
    """What machine.cfg says: the whole path; where that is too long, the name, which holds in the guest's folder."""
    whole = str(folder / name)
    return whole if len(os.fsencode(whole)) <= LONGEST_SOCKET else name
