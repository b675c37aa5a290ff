"""A line that says what of the student's runs on and holds memory; no line at all when nothing does."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from textual.content import Content
from textual.widgets import Static


class StillRunning(Static):
    """Guests are seen at once; an engine is asked in a thread that nobody waits for."""

    DEFAULT_CSS = "StillRunning { padding: 0 1; color: $text-warning; display: none; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._looks = 0

    def look(self, workspaces: Sequence[Path], containers: Sequence[str]) -> None:
        """Look for guests in these folders and for containers of these names."""
        from coursekit.practice.running import running_guests

        guests = running_guests(workspaces)
        self._looks += 1
        self._say(self._looks, guests, 0)
        if containers:
            threading.Thread(target=self._ask_engine, args=(self._looks, guests, containers), daemon=True).start()

    def _ask_engine(self, look: int, guests: int, names: Sequence[str]) -> None:
        from coursekit.practice.running import running_containers

        containers = running_containers(names, os.environ)
        if self.is_attached:
            self.app.call_later(self._say, look, guests, containers)

    def _say(self, look: int, guests: int, containers: int) -> None:
        """Say it, unless there has been a later look."""
        from coursekit.practice.running import still_running

        if look != self._looks:
            return
        said = still_running(guests, containers)
        self.update(Content(said))
        self.display = bool(said)
