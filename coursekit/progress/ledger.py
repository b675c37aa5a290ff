"""The ledger: what coursekit makes on this machine for itself, entered before it exists, struck out once it is gone.

A file of its own beside the store, so that a check can be handed it without the store. An entry names its owner by
process number, start time and boot: what an owner that was killed has left is found at the next start, and removed only
if the thing itself bears the entry's number as its label.

What a rehearsal lets a real shell make cannot bear a label. Its names are entered, none of which was there before, and
how long it lived: what bears such a name and was made in that time is the rehearsal's.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

LABEL = "org.coursekit.ledger"
"""The label on everything that coursekit makes: its value is the entry's number."""
_TABLE = """
CREATE TABLE IF NOT EXISTS entries (
    number TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    owner TEXT NOT NULL,
    time REAL NOT NULL
) STRICT
"""
_PLAYED = """
CREATE TABLE IF NOT EXISTS played (
    number TEXT PRIMARY KEY,
    things TEXT NOT NULL,
    last REAL NOT NULL
) STRICT
"""
_PATIENCE = 10.0


@dataclass(frozen=True)
class Entry:
    """One thing that coursekit is about to make, or has made."""

    number: str
    """128 random bits, hexadecimal."""
    kind: str
    """``container`` or ``volume``, which bear the number as their label, ``rehearsed``, or ``guest``."""
    endpoint: str
    """The URL of the engine that holds it."""
    owner: str
    """Who made it: boot, process number and start time. Empty when nobody cares for it any more."""
    time: float
    """When it was entered, in seconds since the epoch."""
    things: tuple[tuple[str, str], ...] = ()
    """Kind and name of each thing that a rehearsal lets be made."""
    last: float = 0.0
    """The rehearsal's last sign of life, in seconds since the epoch."""


class Ledger:
    """The ledger in a file, made with the first entry. Several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def enter(self, kind: str, endpoint: str, things: Sequence[tuple[str, str]] = ()) -> Entry:
        """Enter what is about to be made. Raises OSError when that cannot be written: then nothing may be made."""
        now = time.time()
        last = now if things else 0.0
        entry = Entry(secrets.token_hex(16), kind, endpoint, _this_process(), now, tuple(things), last)
        with self._open() as connection:
            connection.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?)",
                (entry.number, entry.kind, entry.endpoint, entry.owner, entry.time),
            )
            if things:
                connection.execute("INSERT INTO played VALUES (?, ?, ?)", (entry.number, json.dumps(things), now))
        return entry

    def live(self, entry: Entry) -> None:
        """A sign of life of a rehearsal. Raises OSError."""
        with self._open() as connection:
            connection.execute("UPDATE played SET last = ? WHERE number = ?", (time.time(), entry.number))

    def strike(self, entry: Entry) -> None:
        """The thing is gone. Raises OSError."""
        with self._open() as connection:
            for table in ("entries", "played"):
                connection.execute(f"DELETE FROM {table} WHERE number = ?", (entry.number,))

    def abandon(self, entry: Entry) -> None:
        """Whether the thing is gone cannot be told: leave it to a sweep, whoever makes it. Raises OSError."""
        with self._open() as connection:
            connection.execute("UPDATE entries SET owner = '' WHERE number = ?", (entry.number,))

    def take_over(self, entry: Entry) -> bool:
        """Become the owner of what another one has left; False when somebody else did meanwhile. Raises OSError."""
        with self._open() as connection:
            taken = connection.execute(
                "UPDATE entries SET owner = ? WHERE number = ? AND owner = ?",
                (_this_process(), entry.number, entry.owner),
            )
            return taken.rowcount == 1

    def entries(self) -> list[Entry]:
        """Everything that is not known to be gone. Raises OSError."""
        if not self.path.exists():
            return []
        with self._open() as connection:
            rows = connection.execute(
                "SELECT number, kind, endpoint, owner, time, things, last FROM entries LEFT JOIN played USING (number) "
                "ORDER BY time"
            ).fetchall()
        return [
            Entry(number, kind, endpoint, owner, at, tuple(map(tuple, json.loads(things or "[]"))), last or 0.0)
            for number, kind, endpoint, owner, at, things, last in rows
        ]

    def abandoned(self) -> list[Entry]:
        """The entries whose owners have ended without striking them out. Raises OSError."""
        return [entry for entry in self.entries() if not _lives(entry.owner)]

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self.path, _TABLE, _PLAYED)


@contextmanager
def opened(path: Path, *tables: str) -> Iterator[sqlite3.Connection]:
    """A transaction in the ledger's file, which is made with these tables if need be. Raises OSError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            for table in tables:
                connection.execute(table)
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise OSError(f"{path}: {error}") from error


def _this_process() -> str:
    return f"{_boot()} {os.getpid()} {_started(os.getpid())}"


def _lives(owner: str) -> bool:
    boot, number, started, *_ = (*owner.split(" "), "", "", "")
    return boot == _boot() and number.isdigit() and bool(started) and _started(int(number)) == started


def _boot() -> str:
    """What tells this run of the machine from every other."""
    if sys.platform == "linux":
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    import ctypes

    said, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
    failed = ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", said, ctypes.byref(size), None, 0)
    return "boot" if failed else said.value.decode()


def _started(process: int) -> str:
    """When a process started, in the kernel's own count; empty when there is none that lives."""
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{process}/stat").read_bytes()
        except OSError:
            return ""
        state, *facts = stat[stat.rindex(b")") + 2 :].split()
        return "" if state in (b"Z", b"X") else facts[18].decode()  # one that has ended, and is not reaped yet
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"
