"""Where the guest image is kept, what belongs to it, and whether it is still as it was built."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.problem import GuestProblem, image_changed, no_image

RECORD = "guest.json"
BASE = "base.qcow2"
KERNEL = "kernel"
INITRD = "initrd"
ELSEWHERE = "COURSEKIT_GUEST_IMAGES"
"""A variable that names the folder with a folder for each architecture, where they are kept elsewhere."""
FORMAT = 1
"""Of the record. An image of another format is built again."""


@dataclass(frozen=True)
class Image:
    """A guest image that was built."""

    folder: Path
    architecture: str
    system: str
    """What is in it, in words."""
    release: str
    """Of the kernel."""
    checksums: dict[str, str]
    """File name to SHA-256."""
    makings: str
    """What it was made of: a digest of everything that goes into it."""

    @property
    def base(self) -> Path:
        return self.folder / BASE

    @property
    def kernel(self) -> Path:
        return self.folder / KERNEL

    @property
    def initrd(self) -> Path:
        return self.folder / INITRD

    @property
    def identity(self) -> str:
        """What tells this image from every other."""
        return hashlib.sha256(json.dumps(self.checksums, sort_keys=True).encode()).hexdigest()[:16]


def cache_folder(hardware: Hardware) -> Path:
    """The folder of the image for an architecture, which need not exist: ``$XDG_CACHE_HOME/coursekit/guest/x86-64``."""
    images = os.environ.get(ELSEWHERE)
    folder = Path(images) if images else platformdirs.user_cache_path("coursekit", appauthor=False) / "guest"
    return folder / hardware.architecture


def find(hardware: Hardware, folder: Path | None = None) -> Image | None:
    """The image that was built here; None when there is none, or not all of it."""
    folder = folder or cache_folder(hardware)
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["format"] != FORMAT or record["architecture"] != hardware.architecture:
            return None
        words = {name: str(record[name]) for name in ("architecture", "system", "release", "makings")}
        image = Image(folder, checksums=dict(record["checksums"]), **words)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return image if all((folder / name).is_file() for name in (BASE, KERNEL, INITRD)) else None


def require(hardware: Hardware) -> Image:
    """The image that was built here. Raises GuestProblem when there is none."""
    if (image := find(hardware)) is None:
        raise no_image(hardware.architecture)
    return image


def record(image: Image) -> None:
    """Write down what was built: from then on `find` finds it. Raises OSError."""
    kept = {"format": FORMAT, **asdict(image), "folder": None}
    part = image.folder / f"{RECORD}.part"
    part.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    part.replace(image.folder / RECORD)


def is_sound(image: Image) -> bool:
    """Whether every file is as it was built, which takes a moment to see."""
    try:
        verify(image)
    except GuestProblem:
        return False
    return True


def verify(image: Image) -> None:
    """Compare every file with its checksum, which takes a moment. Raises GuestProblem naming the one that differs."""
    for name, checksum in image.checksums.items():
        try:
            differs = checksum_of(image.folder / name) != checksum
        except OSError:
            differs = True
        if differs:
            raise image_changed(str(image.folder / name))


def checksum_of(path: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
