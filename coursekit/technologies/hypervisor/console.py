"""Whether what is typed in a terminal reaches a guest, and nothing else: what must hold before we type there."""

from __future__ import annotations

from pathlib import Path

from coursekit.shell.place import Limits
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.problem import GuestProblem, NoAnswer, NotQemu, NotRunning

_PATIENCE = 3.0
"""Seconds that the guest gets to answer: whoever waits has pressed a key."""
_SHELLS = {"bash", "sh", "-bash", "-sh"}


def why_not_in_front(folder: Path, process: int, hardware: Hardware) -> str:
    """Why a terminal does not show the guest's console with somebody logged in, shortly; empty when that is proven.

    ``process`` leads the terminal's foreground. It is proven by the kernel, which says that this process listens at the
    guest's socket, by QEMU, and by the guest, asked over its line for checks for who is at its console.
    """
    try:
        with GuestPlace(folder, hardware, answer_within=_PATIENCE) as inside:
            if inside.facts.pid != process:
                return "its console is not in front"
            asked = inside.ask(f"ps -o comm= -t {hardware.console}", Limits(seconds=_PATIENCE))
    except NotRunning:
        return "it does not run"
    except (NotQemu, NoAnswer, GuestProblem):
        return "it does not answer"
    if not asked.ok or not _SHELLS & set(asked.output.split()):
        return "nobody is logged in there yet"
    return ""
