"""What the student's own machine says of itself."""

from __future__ import annotations

import os
import platform

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import Missing


def host(context: CheckContext) -> str | None:
    """`host.txt` says what this machine says of itself."""
    if context.place.stat("host.txt") is None:
        return Missing("there is no `host.txt`")
    lines = context.place.read("host.txt", 4096).decode("utf-8", "replace").split("\n")
    kernel = f"{platform.system()} {platform.release()}"
    if kernel not in lines:
        return f"there is no line `{kernel}`"
    if platform.node() not in lines:
        return f"there is no line `{platform.node()}`"
    if str(os.cpu_count()) not in lines:
        return f"there is no line with the number of processors, {os.cpu_count()}"
    return None
