"""Which images have borne a name that an exercise draws: one that loses it when it is built anew is found by this.

A table in the ledger's file, since a check is handed that and no store. What stands in it is the student's; it is
removed on their word alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from coursekit.progress.ledger import opened

_TABLE = """
CREATE TABLE IF NOT EXISTS borne (
    endpoint TEXT NOT NULL,
    image TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (endpoint, image, name)
) STRICT
"""


class Borne:
    """Names and the images that have borne them. Several processes may use it at once. All of it raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, endpoint: str, images: Mapping[str, str]) -> None:
        """These images, by their identifiers, bear these names now."""
        known = self.of(endpoint, set(images.values()))
        new = [(endpoint, image, name) for image, name in images.items() if image not in known]
        if new:
            with opened(self.path, _TABLE) as connection:
                connection.executemany("INSERT OR IGNORE INTO borne VALUES (?, ?, ?)", new)

    def of(self, endpoint: str, names: Collection[str]) -> dict[str, str]:
        """Every image that has borne one of these names in an engine, with that name."""
        if not self.path.exists():
            return {}
        with opened(self.path, _TABLE) as connection:
            rows = connection.execute(
                "SELECT image, name FROM borne WHERE endpoint = ? ORDER BY rowid", (endpoint,)
            ).fetchall()
        return {image: name for image, name in rows if name in names}

    def forget(self, endpoint: str, images: Collection[str]) -> None:
        """These are gone."""
        if images:
            with opened(self.path, _TABLE) as connection:
                gone = [(endpoint, image) for image in images]
                connection.executemany("DELETE FROM borne WHERE endpoint = ? AND image = ?", gone)
