"""Which program holds a port of this machine."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

_LISTENS = "0A"
"""How /proc/net/tcp writes the state LISTEN."""


def holder(port: int) -> str:
    """Who listens on a port, such as ``nginx (process 123)``; empty when nobody does."""
    if not _listens(port):
        return ""
    for inode in _listening(port):
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _has(process, f"socket:[{inode}]"):
                with contextlib.suppress(OSError):
                    return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return "another program"


def _listens(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
        line.settimeout(1.0)
        return line.connect_ex(("127.0.0.1", port)) == 0


def _listening(port: int) -> list[str]:
    """The inodes of the sockets that listen on a port, where the system shows them."""
    found = []
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                parts = line.split()
                if parts[3] == _LISTENS and int(parts[1].rpartition(":")[2], 16) == port:
                    found.append(parts[9])
    return found


def _has(process: Path, target: str) -> bool:
    with contextlib.suppress(OSError):
        return any(os.readlink(descriptor) == target for descriptor in (process / "fd").iterdir())
    return False
