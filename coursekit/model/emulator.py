"""QEMU's emulator of an architecture: the one that a machine of that architecture can help along."""

from __future__ import annotations

EMULATORS = {"x86_64": "qemu-system-x86_64", "aarch64": "qemu-system-aarch64", "arm64": "qemu-system-aarch64"}
"""By the word of ``uname -m``. https://www.qemu.org/docs/master/system/targets.html"""
PROCESSORS = {"qemu-system-aarch64": "max"}
"""What must stand after ``-cpu``; where one is missing, QEMU's own choice does. On ARM that is one of 32 bits."""


def emulator(machine: str) -> str:
    """The emulator for a machine, as ``uname -m`` calls it."""
    return EMULATORS.get(machine, "qemu-system-x86_64")


def emulator_words(machine: str) -> tuple[str, ...]:
    """How a line begins that starts a guest there: the emulator, and the processor where QEMU must be told."""
    name = emulator(machine)
    return (name, "-cpu", PROCESSORS[name]) if name in PROCESSORS else (name,)
