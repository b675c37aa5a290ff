"""What a student's guest begins with: its folder, with the hardware in a file and the course's image in reach."""

from __future__ import annotations

import shutil
from pathlib import Path

from coursekit.technologies.hypervisor.accelerator import choose
from coursekit.technologies.hypervisor.cache import BASE, Image, require
from coursekit.technologies.hypervisor.files import MACHINE
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.machine_file import machine_text
from coursekit.technologies.hypervisor.problem import GuestProblem

_ROOM = 300_000_000
"""Bytes that must be free for a guest to begin: a lab writes some 30 MB into its disk, a snapshot of its memory 200."""


def lay_ground(building: Path, folder: Path) -> None:
    """Put a guest's first files into ``building``, as they must be once that is called ``folder``.

    Raises OSError; GuestProblem when the course's image or QEMU is not here.
    """
    here = hardware()
    image: Image = require(here)
    choice = choose(here, image)
    building.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(building).free
    if free < _ROOM:
        raise GuestProblem(
            f"A virtual machine's disk grows by what is written in it, and only {free / 1e6:.0f} MB are free at "
            f"{folder.parent}. Make room for {_ROOM / 1e6:.0f} MB, and begin again (see `coursekit clean`)."
        )
    text = machine_text(folder, folder.name, here, choice.accelerator, image.kernel, image.initrd)
    (building / MACHINE).write_text(text, encoding="utf-8")
    base = building / BASE
    base.unlink(missing_ok=True)
    base.symlink_to(image.base)
