"""Ending a guest through its QEMU: by its power button, as one switches a machine off, or by ending QEMU itself."""

from __future__ import annotations

import contextlib
from pathlib import Path

from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.presence import end_holder
from coursekit.technologies.hypervisor.problem import GuestProblem, NotRunning
from coursekit.technologies.hypervisor.qmp import Qmp

_CLEAN = 20.0
"""Seconds that a guest gets to switch itself off."""
_QUIT = 5.0
"""Seconds that QEMU gets to answer, and to end."""


def switch_off(folder: Path, hardware: Hardware) -> None:
    """Press the power button of the guest in a folder; end QEMU when the guest takes no notice, or has no button left.

    Raises NotQemu, GuestProblem; a guest that is off already is as it should be.
    """
    with contextlib.suppress(NotRunning), Qmp(folder / QMP_SOCKET, hardware.emulator, _QUIT) as qmp:
        qmp.ask("system_powerdown")
        if qmp.ends_within(_CLEAN):
            return
    with contextlib.suppress(NotRunning):
        quit_qemu(folder, hardware)


def quit_qemu(folder: Path, hardware: Hardware) -> None:
    """End QEMU at once, as if the machine's plug was pulled. Raises NotRunning, NotQemu, GuestProblem."""
    try:
        with Qmp(folder / QMP_SOCKET, hardware.emulator, _QUIT) as qmp:
            with contextlib.suppress(NotRunning):  # it may be gone before it has answered
                qmp.ask("quit")
            if not qmp.ends_within(_QUIT):
                raise GuestProblem(f"The QEMU of the guest in {folder} does not end.")
    except NotRunning:
        if not end_holder(folder, hardware):
            raise
