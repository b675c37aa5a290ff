"""What QEMU knows of a guest that runs: one look, all of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.qmp import Qmp


@dataclass(frozen=True)
class Disk:
    """A disk in a guest."""

    path: str
    """Whole, links followed."""
    format: str
    read_only: bool
    backing: str
    """The file that it is thin upon, whole; empty when there is none."""
    snapshots: tuple[str, ...]
    size: int
    """Bytes that the guest sees."""


@dataclass(frozen=True)
class Facts:
    """A guest that runs."""

    pid: int
    program: str
    version: str
    status: str
    """``running``, ``paused``, and what else QEMU calls it."""
    name: str
    cpus: int
    memory: int
    """Bytes."""
    accelerator: str
    """``kvm``, ``hvf`` or ``tcg``, which is emulation."""
    kernel: str
    """The file that it was started from."""
    disks: tuple[Disk, ...]
    networks: str
    """QEMU's own words; empty when there is none."""

    @property
    def running(self) -> bool:
        return self.status == "running"

    def __str__(self) -> str:
        return f"QEMU {self.version} ({self.program}, process {self.pid}, {self.accelerator})"


def backing_of(image: Mapping[str, Any], path: str, whole: Callable[[str], str]) -> str:
    """The file that a disk at a whole path is thin upon, whole; empty when there is none.

    ``image`` is what QEMU, or qemu-img, said of it: a full name is meant from where that was started, which ``whole``
    knows, a short one from the disk's own place.
    """
    if full := image.get("full-backing-filename"):
        return whole(str(full))
    short = image.get("backing-filename")
    return os.path.realpath(os.path.join(os.path.dirname(path), str(short))) if short else ""


def look(folder: Path, hardware: Hardware, seconds: float) -> Facts:
    """What QEMU knows of the guest in a folder. Raises NotRunning, NotQemu, GuestProblem."""
    with Qmp(folder / QMP_SOCKET, hardware.emulator, seconds) as qmp:
        memory = qmp.ask("query-memory-size-summary")
        return Facts(
            pid=qmp.peer.pid,
            program=qmp.peer.program,
            version=qmp.version,
            status=str(qmp.ask("query-status")["status"]),
            name=str(qmp.ask("query-name").get("name", "")),
            cpus=len(qmp.ask("query-cpus-fast")),
            memory=int(memory["base-memory"]) + int(memory.get("plugged-memory", 0)),
            accelerator=_accelerator(qmp),
            kernel=qmp.peer.path(str(qmp.ask("qom-get", path="/machine", property="kernel") or "")),
            disks=tuple(disk for block in qmp.ask("query-block") if (disk := _disk(block, qmp))),
            networks=qmp.say("info network").strip(),
        )


def _accelerator(qmp: Qmp) -> str:
    """QEMU tells KVM by name; of the others only its own emulation has a translator to tell of."""
    if qmp.ask("query-kvm")["enabled"]:
        return "kvm"
    return "tcg" if "only available" not in qmp.say("info jit") else "hvf"


def _disk(block: Mapping[str, Any], qmp: Qmp) -> Disk | None:
    inserted = block.get("inserted")
    if not inserted:
        return None
    image = inserted["image"]
    path = qmp.peer.path(str(inserted["file"]))
    return Disk(
        path=path,
        format=str(image["format"]),
        read_only=bool(inserted["ro"]),
        backing=backing_of(image, path, qmp.peer.path),
        snapshots=tuple(str(snapshot["name"]) for snapshot in image.get("snapshots", ())),
        size=int(image["virtual-size"]),
    )
