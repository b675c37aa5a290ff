"""Who is at the other end of a socket of this machine, told by the kernel: a process and its program."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from coursekit.shell.program import TRUSTED_FOLDERS
from coursekit.technologies.hypervisor.problem import NotQemu, NotRunning, of_another_account

_SOL_LOCAL, _LOCAL_PEERPID = 0, 2
"""macOS: sys/un.h."""
_FULL = 0.01
"""Seconds until the next try where others wait in line."""
_ROOM = 108
"""Bytes that an address has for a path, its last zero included."""


@dataclass(frozen=True)
class Peer:
    """The process that listens on a socket."""

    pid: int
    program: str
    """Its executable file, links followed."""
    folders: tuple[str, ...]
    """Where it may have been started, the likeliest first: relative paths of its own are meant from there."""
    opened: frozenset[str] | None = None
    """The files that it holds open, links followed; None where the folder is certain, or the system does not say."""

    def path(self, said: str) -> str:
        """The whole path of a file that the process names. One that it does not hold open is nowhere: ``/`` and it."""
        if os.path.isabs(said):
            return os.path.realpath(said)
        for folder in self.folders:
            path = os.path.realpath(os.path.join(folder, said))
            if self.opened is None or path in self.opened:
                return path
        return os.path.join("/", said)


def connect(path: Path, seconds: float) -> socket.socket:
    """A connection to a socket. Raises NotRunning when nobody listens there, TimeoutError when who listens is busy."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    folder = -1
    try:
        address = str(path)
        if len(os.fsencode(address)) >= _ROOM and sys.platform == "linux":
            folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
            address = f"/proc/self/fd/{folder}/{path.name}"
        _reach(connection, address, time.monotonic() + seconds)
    except TimeoutError:
        connection.close()
        raise
    except OSError as error:
        connection.close()
        raise NotRunning(f"nobody listens at {path}") from error
    finally:
        if folder >= 0:
            os.close(folder)
    return connection


def _reach(connection: socket.socket, address: str, deadline: float) -> None:
    """Connect, also where others wait in line for a busy process: a full line is no sign that it has ended."""
    while True:
        try:
            return connection.connect(address)
        except BlockingIOError as full:
            if time.monotonic() > deadline:
                raise TimeoutError from full
            time.sleep(_FULL)


def peer(connection: socket.socket, path: Path) -> Peer:
    """Who listens at the other end. Raises GuestProblem when that cannot be told, NotRunning when it has just ended."""
    pid = _pid(connection)
    try:
        if sys.platform == "linux":
            program = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
            return Peer(pid, program, *_started_in(pid, path.parent))
    except PermissionError as error:
        raise of_another_account(str(path), pid) from error
    except OSError as error:
        raise NotRunning(f"the process {pid} has ended") from error
    return Peer(pid, _program_on_macos(pid), (str(path.parent),))


def _started_in(pid: int, beside: Path) -> tuple[tuple[str, ...], frozenset[str] | None]:
    """The folders in which a process may have been started, and what tells which. Raises OSError.

    One that went into the background (``-daemonize``) is in ``/`` now. What its shell called the folder, and the folder
    of its socket, are guesses; the files that it holds open are not.
    """
    folder = os.readlink(f"/proc/{pid}/cwd")
    if folder != "/":
        return (folder,), None
    settings = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    named = (os.fsdecode(setting[4:]) for setting in settings if setting.startswith(b"PWD=/"))
    return (*named, str(beside)), opened_by(pid)


def opened_by(pid: int) -> frozenset[str]:
    """The files that a process holds open, links followed. On Linux alone. Raises OSError."""
    opened = set[str]()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            opened.add(os.readlink(link))
    return frozenset(opened)


def ended_within(pid: int, seconds: float) -> bool:
    """Whether a process has ended, or does within so long."""
    if sys.platform == "linux":
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            return True
        try:
            return bool(select.select([process], [], [], seconds)[0])
        finally:
            os.close(process)
    asked = select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
    with contextlib.closing(select.kqueue()) as queue:
        try:
            return bool(queue.control([asked], 1, seconds))
        except ProcessLookupError:
            return True


def emulator_files(emulator: str) -> frozenset[str]:
    """QEMU's emulator as this machine's administrator may have installed it: executable files, links followed."""
    return frozenset(os.path.realpath(f"{folder}/{emulator}") for folder in TRUSTED_FOLDERS)


def require_qemu(who: Peer, emulator: str, path: Path) -> None:
    """Raise NotQemu unless the process runs QEMU's emulator as this machine's administrator installed it."""
    if who.program not in emulator_files(emulator):
        raise NotQemu(f"what answers at {path.name} is no QEMU of this machine: {who.program}")


def _pid(connection: socket.socket) -> int:
    if sys.platform == "linux":
        said = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", said)[0])
    return int(struct.unpack("i", connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, struct.calcsize("i")))[0])


def _program_on_macos(pid: int) -> str:
    said = ctypes.create_string_buffer(4096)
    size = ctypes.CDLL("/usr/lib/libproc.dylib").proc_pidpath(pid, said, len(said))
    return os.path.realpath(os.fsdecode(said.value)) if size > 0 else ""
