"""The two sides of an exercise, guide and shell: which one the keys go to, in a word, a symbol and a line."""

from __future__ import annotations

from textual.containers import Vertical


class Side(Vertical):
    """One side. Its upper edge says whether it is active."""

    def mark(self, title: str, *, active: bool) -> None:
        """Say so on the upper edge."""
        self.border_title = title
        self.set_class(active, "active")


def mark_sides(reading: Side, shell: Side, *, shell_active: bool, stacked: bool, key: str, goes_on: bool) -> None:
    """Mark the active side; ``key`` leads to the other one. Where they are ``stacked`` one edge speaks for both.

    ``goes_on``: the guide has more below what is seen of it.
    """
    more = " · PgDn: more" if goes_on else ""
    if stacked:
        guide = f"{key}: guide, which goes on" if goes_on else f"{key}: guide"
        title = f"▼ Shell is active · {guide}" if shell_active else f"▲ Guide is active · {key}: shell{more}"
        shell.mark(title, active=True)
        reading.mark("", active=False)
        return
    reading.mark(f"▼ Guide is active{more}" if not shell_active else f"Guide · {key}{more}", active=not shell_active)
    shell.mark("▼ Shell is active" if shell_active else f"Shell · {key}", active=shell_active)
