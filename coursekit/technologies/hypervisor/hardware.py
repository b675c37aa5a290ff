"""What a guest's machine is like on each architecture: facts of QEMU's machines, and what Linux calls their parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coursekit.model.emulator import emulator
from coursekit.technologies.system import System, this_system


@dataclass(frozen=True)
class Hardware:
    """One architecture. https://www.qemu.org/docs/master/system/targets.html"""

    architecture: str
    """As the cache's folder is called: ``x86-64``, ``arm64``."""
    debian: str
    """As Debian calls it."""
    kernel_package: str
    emulator: str
    machine: Mapping[str, str]
    """The settings of ``[machine]`` but for those that every architecture has."""
    console: str
    """The first serial line, as Linux calls it."""
    kernel_line: str
    """Words for the kernel that this machine needs."""
    modules: tuple[str, ...]
    """The drivers that a guest begins with, and what they stand on."""
    global_settings: tuple[tuple[str, str, str], ...] = ()
    """Driver, property, value."""


_DRIVERS = (
    "virtio_ring",
    "virtio",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "virtio_blk",
    "virtio_console",
)
_EXT4 = ("crc32c_generic", "libcrc32c", "crc16", "mbcache", "jbd2", "ext4")
"""The disk's file system, where the kernel does not have it built in."""
X86_64 = Hardware(
    architecture="x86-64",
    debian="amd64",
    kernel_package="linux-image-cloud-amd64",
    emulator="qemu-system-x86_64",
    # qboot, which comes with QEMU, starts a kernel at once and prints nothing; without a disk controller that nobody
    # uses, neither firmware nor kernel has to look for disks on it.
    machine={"type": "q35", "firmware": "qboot.rom", "sata": "off", "usb": "off"},
    console="ttyS0",
    # Emulated, the kernel measures the processor's clock wrongly on a busy machine.
    kernel_line="tsc=unstable no_timer_check",
    modules=(*_DRIVERS, "button"),
    # Without it the first random number takes a second.
    global_settings=(("qemu64-x86_64-cpu", "rdrand", "on"),),
)
ARM64 = Hardware(
    architecture="arm64",
    debian="arm64",
    kernel_package="linux-image-arm64",  # the one for clouds has no driver for the power button of this board
    emulator="qemu-system-aarch64",
    machine={"type": "virt", "gic-version": "max"},
    console="ttyAMA0",
    kernel_line="",
    modules=(*_DRIVERS, *_EXT4, "gpio_pl061", "gpio_keys", "evdev"),
)
_ALL = (X86_64, ARM64)


def hardware(system: System | None = None) -> Hardware:
    """The hardware whose guests run best on a system; this one, unless given."""
    name = emulator((system or this_system()).machine)
    return next(one for one in _ALL if one.emulator == name)


def hardware_of(architecture: str) -> Hardware:
    """The hardware of an architecture by its name. Raises KeyError."""
    return {one.architecture: one for one in _ALL}[architecture]
