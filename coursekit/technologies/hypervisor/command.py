"""The words of the line that starts a guest on this machine: as a student types it."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.model.emulator import PROCESSORS
from coursekit.technologies.hypervisor.files import DISK, MACHINE
from coursekit.technologies.hypervisor.hardware import Hardware


def start_words(
    hardware: Hardware,
    *,
    cpus: int = 1,
    memory: int = 384,
    more: Sequence[str] = (),
) -> list[str]:
    """The words of the command, to be run in the guest's folder; ``memory`` in MiB."""
    processor = PROCESSORS.get(hardware.emulator)
    return [
        hardware.emulator,
        *(("-cpu", processor) if processor else ()),
        *("-readconfig", MACHINE),
        *("-smp", str(cpus)),
        *("-m", str(memory)),
        *("-drive", f"file={DISK},if=virtio"),
        *("-nic", "none"),
        "-nographic",
        *more,
    ]
