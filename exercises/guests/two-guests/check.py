"""Whether the student's list of processes holds the guests that run."""

from __future__ import annotations

import sys
from pathlib import Path

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import Missing
from coursekit.technologies.hypervisor.facts import look
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.problem import NotRunning


def listed(context: CheckContext) -> str | None:
    """`list.txt` holds the processes of {one} and {two}."""
    if context.place.stat("list.txt") is None:
        return Missing("there is no `list.txt`")
    lines = context.place.read("list.txt").decode("utf-8", "replace").splitlines()
    processes = {words[0] for line in lines if (words := line.split())}
    for name in (context.values["one"], context.values["two"]):
        try:
            pid = look(Path(context.place.root, name), hardware(), 3.0).pid
        except NotRunning:
            return f"no guest runs in `{name}`"
        if str(pid) not in processes:
            return f"the process {pid} of `{name}` is not in `list.txt`"
    return None


def without_locks(context: CheckContext) -> str | None:
    """QEMU locks no disks on this system."""
    return None if sys.platform == "darwin" else "QEMU locks them here"
