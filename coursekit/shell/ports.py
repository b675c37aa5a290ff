"""Which program holds a port of this machine."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from pathlib import Path

from coursekit.shell.place import Limits
from coursekit.shell.program import find_program, trusted_path
from coursekit.shell.running import never, run_program

_LISTENS = "0A"
"""How /proc/net/tcp writes the state LISTEN."""
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def holder(port: int) -> str:
    """Who listens on a port, such as ``nginx (process 123)``; empty when nobody does."""
    if not _listens(port):
        return ""
    return (_in_proc(port) if _TABLES[0].exists() else _by_lsof(port)) or "another program"


def _in_proc(port: int) -> str:
    for inode in _listening(port):
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _has(process, f"socket:[{inode}]"):
                with contextlib.suppress(OSError):
                    return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return ""


def _by_lsof(port: int) -> str:
    """The same on macOS, which has no /proc: ``-F`` prints a field a line, behind its letter."""
    lsof = find_program("lsof")
    if lsof is None:
        return ""
    asked = [str(lsof), "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    known = {"PATH": trusted_path(), "LANG": "C.UTF-8"}
    answered = run_program(asked, cwd="/", environment=known, stdin=b"", limits=Limits(seconds=5.0), cancelled=never)
    found = re.search(r"^p(\d+)\nc(.+)$", answered.output, re.MULTILINE)
    return f"{found[2]} (process {found[1]})" if found else ""


def _listens(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
        line.settimeout(1.0)
        return line.connect_ex(("127.0.0.1", port)) == 0


def _listening(port: int) -> list[str]:
    """The inodes of the sockets that listen on a port, where the system shows them."""
    found = []
    for table in _TABLES:
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                parts = line.split()
                if parts[3] == _LISTENS and int(parts[1].rpartition(":")[2], 16) == port:
                    found.append(parts[9])
    return found


def _has(process: Path, target: str) -> bool:
    with contextlib.suppress(OSError):
        return any(os.readlink(descriptor) == target for descriptor in (process / "fd").iterdir())
    return False
