"""The store of one student: an append-only, hash-chained list of events in SQLite, and the seed of their values.

Several processes may use it at once (the app and the command line in two terminals). What ``record`` has returned from
is on the disk.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from coursekit.errors import CourseError, ExitCode
from coursekit.model.event import Event, What
from coursekit.progress import chain, lease
from coursekit.progress.schema import migrate

_LITTLE_ROOM = 100_000
"""Bytes."""
_PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""


class Store:
    """An open store. A context manager."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Store:
        """The store in a file, made if it is not there. Raises CourseError for every way in which that can fail."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _no_folder(path, error) from error
        with _plainly(path):
            connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                with lease.lease(path.parent, "opening", wait=True):  # two that switch to WAL at once do not wait
                    connection.execute("PRAGMA journal_mode = WAL")
                    migrate(connection, path)
            except BaseException:
                connection.close()
                raise
        return cls(connection, path)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def record(self, event: Event) -> Event:
        """Append an event; gives it back with its number and time. Raises CourseError, and then nothing was written."""
        # in ASCII: the name of a file may hold what UTF-8 cannot say, and SQLite takes only UTF-8
        detail = json.dumps(event.detail, separators=(",", ":"), sort_keys=True)
        with self._writing() as connection:
            with _reading(self.path):
                number, previous = self._head(connection)
            number, moment = number + 1, time.time()
            row = (number, moment, str(event.what), event.exercise, event.step, detail)
            hashed = chain.link(previous, *row)
            connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, hashed))
            self._set(connection, "head", f"{number} {hashed}".encode())
        return replace(event, number=number, time=moment)

    def events(self, exercise: str | None = None) -> list[Event]:
        """The events, in order; of one exercise, or all."""
        chosen = ("WHERE exercise = ?", (exercise,)) if exercise is not None else ("", ())
        with _reading(self.path):
            rows = self._connection.execute(
                f"SELECT number, time, what, exercise, step, detail FROM events {chosen[0]} ORDER BY number", chosen[1]
            ).fetchall()
            return [
                Event(What(what), exercise_id, step, json.loads(detail), moment, number)
                for number, moment, what, exercise_id, step, detail in rows
            ]

    def last_number(self) -> int:
        """The number of the newest event, 0 when there is none: cheap, to notice what another process recorded."""
        with _reading(self.path):
            [number] = self._connection.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()
            return int(number)

    def verify(self) -> list[str]:
        """What is wrong with the chain of events, in plain words; empty when it is whole."""
        with _reading(self.path):
            self._connection.execute("BEGIN")
            try:
                rows = self._connection.execute("SELECT * FROM events ORDER BY number").fetchall()
                _, head = self._head(self._connection)
            finally:
                self._connection.execute("COMMIT")
        return chain.broken_links(rows, head)

    def seed(self) -> bytes:
        """The 32 bytes from which the student's values are drawn: made once, the same ever after."""
        with _reading(self.path):
            stored = self._get(self._connection, "seed")
        if stored is None:
            with self._writing() as connection:
                stored = self._get(connection, "seed")  # another process may have been quicker
                if stored is None:
                    stored = secrets.token_bytes(32)
                    self._set(connection, "seed", stored)
        return stored

    def lease(self, name: str) -> AbstractContextManager[None]:
        """Hold the lease of that name, over all processes. Raises CourseError when another has it."""
        return lease.lease(self.path.parent, name)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _plainly(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _head(self, connection: sqlite3.Connection) -> tuple[int, str]:
        """The number and the hash of the last event, as kept apart from the events."""
        stored = self._get(connection, "head")
        if stored is None:
            return 0, chain.START
        number, _, hashed = stored.decode().partition(" ")
        return int(number), hashed

    @staticmethod
    def _get(connection: sqlite3.Connection, name: str) -> bytes | None:
        row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else None

    @staticmethod
    def _set(connection: sqlite3.Connection, name: str, value: bytes) -> None:
        connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    """Turn what SQLite says into a problem that a student can act on."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(path, error) from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """The same where stored values are read: one that nobody can make sense of is damage as well."""
    with _plainly(path):
        try:
            yield
        except ValueError as error:
            raise _explained(path, error) from error


def _explained(path: Path, error: Exception) -> CourseError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _disk_is_full(path)):
        problem, action = f"The disk is full: your progress cannot be written ({path}).", "Make room, then try again."
    elif name.startswith("SQLITE_BUSY"):
        problem = f"Another coursekit has been writing your progress for more than {_PATIENCE:.0f} s ({path})."
        action = "Close it, or wait, then try again."
    elif name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        problem = f"Your progress cannot be written: {path} ({error})."
        action = "Give yourself the right to write there, or choose another place: set COURSEKIT_HOME."
    elif name.startswith(("SQLITE_PROTOCOL", "SQLITE_IOERR")):
        problem = f"Your progress cannot be read or written: {path} ({error})."
        action = "A folder on the network may not do for it; choose one on this machine: set COURSEKIT_HOME."
    else:
        problem = f"The file with your progress is damaged: {path} ({error})."
        action = f"Nothing was changed. To begin a new one, move it aside: mv '{path}' '{path}.damaged'"
    return CourseError(f"{problem} Nothing was lost.", action, ExitCode.COULD_NOT_CHECK)


def _disk_is_full(path: Path) -> bool:
    """Whether there is no room left: SQLite calls it an I/O error when it needs a file besides the store's own."""
    try:
        return shutil.disk_usage(path.parent).free < _LITTLE_ROOM
    except OSError:
        return False


def _no_folder(path: Path, error: OSError) -> CourseError:
    return CourseError(
        f"The folder for your progress cannot be made: {path.parent} ({error.strerror or error}).",
        "Give yourself the right to write there, or choose another place: set COURSEKIT_HOME.",
        ExitCode.COULD_NOT_CHECK,
    )
