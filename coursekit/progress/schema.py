"""The tables, their versions, and how an older file becomes a newer one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from coursekit.errors import CourseError

MIGRATIONS = (
    """
    CREATE TABLE events (
        number INTEGER PRIMARY KEY,
        time REAL NOT NULL,
        what TEXT NOT NULL,
        exercise TEXT NOT NULL,
        step TEXT NOT NULL,
        detail TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_exercise ON events (exercise, number);
    CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
    """,
)
"""One script per version; ``user_version`` counts those that have been applied."""


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the newest version, after a backup. Raises CourseError for one that is newer still."""
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise CourseError(
            f"Your progress in {path} was written by a newer coursekit (its format is {version}).",
            "Update coursekit: pip install --upgrade coursekit. Nothing was changed.",
        )
    if version == len(MIGRATIONS):
        return
    if version:
        _back_up(connection, path.with_name(f"{path.stem}-v{version}.bak"))
    connection.execute("BEGIN IMMEDIATE")
    [version] = connection.execute("PRAGMA user_version").fetchone()  # another process may have been quicker
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")


def _statements(script: str) -> list[str]:
    """The script's statements, one by one: ``executescript`` would commit in between."""
    statements, current = [], ""
    for part in script.split(";"):
        current += part + ";"
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()
