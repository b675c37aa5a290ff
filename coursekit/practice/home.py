"""Where coursekit keeps a student's things: workspaces in sight, the store and kept copies beside them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The student's coursekit home."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / ".coursekit" / "progress.sqlite3"

    @property
    def kept(self) -> Path:
        """Copies of work that was reset."""
        return self.folder / ".coursekit" / "kept"

    def workspace(self, exercise_id: str) -> Path:
        return self.folder / exercise_id

    def exercise_at(self, folder: Path) -> str | None:
        """The exercise in whose workspace ``folder`` lies; None when it lies in none."""
        try:
            parts = folder.resolve().relative_to(self.folder.resolve()).parts
        except ValueError:
            return None
        return "/".join(parts[:2]) if len(parts) >= 2 and not parts[0].startswith(".") else None


def find_home(environment: Mapping[str, str] = os.environ) -> Home:
    """``COURSEKIT_HOME``, else the folder ``coursekit`` in the student's home folder."""
    given = environment.get("COURSEKIT_HOME")
    return Home(Path(given).expanduser().absolute() if given else Path.home() / "coursekit")
