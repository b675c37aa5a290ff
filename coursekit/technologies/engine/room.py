"""How much room an engine's disk has, where that can be told: it keeps images and containers in one folder."""

from __future__ import annotations

import os

from coursekit.technologies.engine.about import About

LEAST = 100_000_000
"""Bytes without which a build hardly comes to its end."""


def room(about: About) -> int | None:
    """Bytes that are left to an engine; None when its folder is not on this machine."""
    if not about.here or not about.folder:
        return None
    try:
        disk = os.statvfs(about.folder)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize
