"""Where coursekit keeps a student's things: workspaces in sight, the store and kept copies beside them."""

from __future__ import annotations

import os
import re
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
    def ledger(self) -> Path:
        """What coursekit itself has made on the machine and not yet removed."""
        return self.folder / ".coursekit" / "ledger.sqlite3"

    @property
    def kept(self) -> Path:
        """Copies of work that was reset."""
        return self.folder / ".coursekit" / "kept"

    @property
    def wheels(self) -> Path:
        """Packages that were fetched beforehand, for pip."""
        return self.folder / ".coursekit" / "wheels"

    @property
    def downloads(self) -> Path:
        """What is on its way."""
        return self.folder / ".coursekit" / "downloads"

    def workspace(self, exercise_id: str) -> Path:
        return self.folder / exercise_id

    def exercise_at(self, folder: Path) -> str | None:
        """The exercise in whose workspace ``folder`` lies; None when it lies in none."""
        try:
            parts = folder.resolve().relative_to(self.folder.resolve()).parts
        except ValueError:
            return None
        return "/".join(parts[:2]) if len(parts) >= 2 and not parts[0].startswith(".") else None


def find_home(other_course: str = "", environment: Mapping[str, str] = os.environ) -> Home:
    """``COURSEKIT_HOME``, else the folder ``coursekit`` in the student's home folder.

    Another course, given by its title, has a folder of its own beside it: two courses may have an exercise of one name.
    """
    given = environment.get("COURSEKIT_HOME")
    if given:
        return Home(Path(given).expanduser().absolute())
    name = re.sub(r"[^a-z0-9]+", "-", other_course.lower()).strip("-")
    return Home(Path.home() / (f"coursekit-{name}" if name else "coursekit"))
