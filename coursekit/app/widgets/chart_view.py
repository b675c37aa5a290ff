"""A table of measurements as bars below the guide, drawn anew whenever the student has changed it."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text
from textual.widgets import Static

from coursekit.practice.chart import draw_table

_LOOK = 1.0
"""Seconds between two looks at the file."""


class ChartView(Static):
    """Takes no room until the table is there."""

    DEFAULT_CSS = "ChartView { margin-top: 1; }"

    def __init__(self, table: Path) -> None:
        super().__init__()
        self._table = table
        self._drawn = (0, 0, 0)
        """When the table was changed that is shown, in nanoseconds, its bytes, and how wide it was drawn."""

    def on_mount(self) -> None:
        self.display = False
        self.set_interval(_LOOK, self._look)
        self.call_after_refresh(self._look)

    def on_resize(self) -> None:
        self._look()

    def _look(self) -> None:
        try:
            table = self._table.stat()
            changed, size = table.st_mtime_ns, table.st_size
        except OSError:
            changed = size = 0
        width = self.container_size.width
        if (changed, size, width) != self._drawn:
            self._drawn = (changed, size, width)
            lines = draw_table(self._table, width - 1)
            self.display = bool(lines)
            self.update(Text("\n".join(lines)))
