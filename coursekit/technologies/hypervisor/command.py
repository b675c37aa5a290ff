"""The line that a student types to start a guest on this machine, and the same as a list of words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from coursekit.model.emulator import PROCESSORS
from coursekit.technologies.hypervisor.files import DISK, MACHINE
from coursekit.technologies.hypervisor.hardware import Hardware


def start_words(
    hardware: Hardware,
    *,
    cpus: int = 1,
    memory: int = 384,
    disk: str = DISK,
    seed: str = "",
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
        *("-drive", f"file={disk},if=virtio"),
        *(("-drive", f"file={seed},if=virtio,format=raw,readonly=on") if seed else ()),
        *("-nic", "none"),
        "-nographic",
        *more,
    ]


def start_line(words: Sequence[str]) -> str:
    """As it is typed."""
    return shlex.join(words)
