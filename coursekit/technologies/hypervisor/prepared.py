"""A guest that has booted already: saved once, and ready in a fraction of a second wherever it is loaded again.

What was saved is the same for everybody who loads it: its clock stands where it was saved, and its random numbers go on
from one state. `refresh` gives a loaded guest its own.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from coursekit.progress.ledger import Ledger
from coursekit.shell.local import LocalPlace
from coursekit.shell.place import Limits
from coursekit.shell.program import find_program
from coursekit.shell.running import Cancelled, never
from coursekit.technologies.hypervisor.cache import Image, checksum_of
from coursekit.technologies.hypervisor.command import start_words
from coursekit.technologies.hypervisor.disk_file import make_thin
from coursekit.technologies.hypervisor.files import DISK, QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.machine_file import machine_text, write_machine
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.problem import GuestProblem
from coursekit.technologies.hypervisor.qmp import Qmp

SNAPSHOT = "ready"
LOAD = ("-loadvm", SNAPSHOT)
"""What stands at the end of the line that starts a prepared guest."""
WORK = "preparing-"
"""How the folder begins in which one is being made."""
_BOOT = 180.0
"""Seconds that a guest may take to boot."""


@dataclass(frozen=True)
class Prepared:
    """A disk in the cache that holds a guest which has booted."""

    disk: Path
    hardware: Hardware
    accelerator: str
    image: Image
    cpus: int
    memory: int
    """MiB."""

    def unpack(self, folder: Path, name: str) -> list[str]:
        """Make a guest of it in a folder; gives the words that start it. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.disk, folder / DISK)
        write_machine(folder, name, self.hardware, self.accelerator, self.image.kernel, self.image.initrd)
        return start_words(self.hardware, cpus=self.cpus, memory=self.memory, more=LOAD)


def prepare(
    hardware: Hardware,
    accelerator: str,
    image: Image,
    *,
    cpus: int = 1,
    memory: int = 384,
    cancelled: Cancelled = never,
    ledger: Ledger | None = None,
) -> Prepared:
    """The prepared guest for these settings, booted and saved when there is none yet. Raises GuestProblem, OSError."""
    emulator = find_program(hardware.emulator)
    binary = emulator.resolve().stat() if emulator else None
    machine = machine_text(Path("/"), "", hardware, accelerator, image.kernel, image.initrd)
    facts = (image.identity, image.base, binary and (binary.st_size, binary.st_mtime_ns), machine, cpus, memory)
    key = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    for disk in image.folder.glob(f"prepared-{key}-*.qcow2"):
        if disk == _named(image.folder, key, disk):
            return Prepared(disk, hardware, accelerator, image, cpus, memory)
        disk.unlink(missing_ok=True)  # half of one, of a cache that was copied or a disk that was full
    work = image.folder / f"{WORK}{secrets.token_hex(4)}"
    work.mkdir()
    try:
        with LocalPlace(work) as place:
            make_thin(place, image.base, DISK)
        write_machine(work, "guest", hardware, accelerator, image.kernel, image.initrd)
        words = start_words(hardware, cpus=cpus, memory=memory)
        with OwnGuest(work, hardware, words, ledger) as guest:
            guest.wait_for(b"login:", _BOOT, cancelled)
            with GuestPlace(work, hardware, cancelled, answer_within=_BOOT) as inside:
                inside.ask("systemctl is-system-running --wait; sync; echo 3 >/proc/sys/vm/drop_caches", Limits(60.0))
            with Qmp(work / QMP_SOCKET, hardware.emulator, 60.0) as qmp:
                if said := qmp.say(f"savevm {SNAPSHOT}").strip():
                    raise GuestProblem(f"The prepared guest could not be saved: {said}")
        disk = _named(image.folder, key, work / DISK)
        os.replace(work / DISK, disk)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Prepared(disk, hardware, accelerator, image, cpus, memory)


def _named(folder: Path, key: str, disk: Path) -> Path:
    """Where a prepared disk with these bytes belongs: its checksum is in its name, so one move brings both."""
    return folder / f"prepared-{key}-{checksum_of(disk)[:16]}.qcow2"


def refresh(inside: GuestPlace, name: str) -> None:
    """Give a guest that was loaded its own name, identity and clock. Raises GuestProblem.

    Its random numbers are its own from the first word that is sent to it: `image/…/line.py` sees to that.
    """
    identity, now = secrets.token_hex(16), f"{time.time():.2f}"
    names = f"hostname {name} && echo {name} >/etc/hostname && echo {identity} >/etc/machine-id"
    done = inside.ask(f"date -s @{now} >/dev/null && {names}")
    if not done.ok:
        raise GuestProblem(f"The guest could not be given what is its own: {done.output.strip() or done.explanation}")
