"""Building the guest image out of Debian's packages: in stages, each of which is kept until its makings change."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coursekit.shell.running import Cancelled, never
from coursekit.technologies.hypervisor.builder_tools import Say, as_root, program, require_tools
from coursekit.technologies.hypervisor.cache import (
    BASE,
    INITRD,
    KERNEL,
    RECORD,
    Image,
    cache_folder,
    checksum_of,
    find,
    is_sound,
    record,
)
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.kernel import initrd, take_out, unpacked
from coursekit.technologies.hypervisor.problem import GuestProblem
from coursekit.technologies.hypervisor.stages import Stages, alone

_MAKINGS = Path(__file__).with_name("image")
_SUITE = "bookworm"
_SYSTEM = "Debian 12"
_SIZE = "2G"
"""What the guest sees as its disk."""
_ROOM = 1_500_000_000
"""Bytes that building takes."""
_PACKAGES = (
    *("acpid", "busybox-static", "cloud-init", "iproute2", "kmod", "less", "login", "nano-tiny", "passwd", "procps"),
    *("systemd-sysv", "udev"),
)
_LEFT_OUT = ("man", "doc", "info", "locale", "lintian", "bug")
_OPTIONS = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in _LEFT_OUT] + [
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/etc/kernel/postinst.d/initramfs-tools",  # what a guest starts with is made here
    '--aptopt=Apt::Install-Recommends "false"',
    "--variant=minbase",
]


def build(
    hardware: Hardware,
    say: Say,
    folder: Path | None = None,
    *,
    cancelled: Cancelled = never,
    keep_stages: bool = False,
    newest: bool = False,
) -> Image:
    """Build the image, or what of it is not there yet; gives it. Raises GuestProblem, OSError.

    ``say`` is given a line for each thing that is being done. A damaged image is built again; one that was made of
    something else, only for ``newest``: disks that stand on the one before it hold nothing that makes sense on another.
    """
    folder = folder or cache_folder(hardware)
    require_tools()
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        stages = Stages(folder / "build", say, cancelled)
        if stages.room < _ROOM:
            raise GuestProblem(
                f"Building the guest image takes {_ROOM / 1e9:.1f} GB for a while, and only "
                f"{stages.room / 1e9:.1f} GB are free at {folder}. Make room, and begin again."
            )
        return _built(hardware, folder, stages, keep_stages, newest)


def _built(hardware: Hardware, folder: Path, stages: Stages, keep_stages: bool, newest: bool) -> Image:
    packages = [*_PACKAGES, hardware.kernel_package]
    lines = (_MAKINGS / "prepare").read_text(encoding="utf-8").splitlines()
    prepare_text = "; ".join(line for line in lines if not line.startswith("#"))
    key = repr((_SUITE, packages, _OPTIONS, hardware.debian, prepare_text))
    whole = hashlib.sha256(f"{key} {_digest(_MAKINGS)} {hardware} {_SIZE}".encode()).hexdigest()
    there = find(hardware, folder)
    if there and (there.makings == whole or not newest):
        if is_sound(there):
            stages.say("The guest image is there already.")
            return there
        stages.say("The guest image that is there is damaged: it is built anew.")

    def bootstrap(path: Path) -> None:
        mode = "root" if os.geteuid() == 0 else "unshare"
        prepare = f"--customize-hook={prepare_text}"
        what = [f"--include={','.join(packages)}", f"--architectures={hardware.debian}", f"--mode={mode}", prepare]
        stages.run([program("mmdebstrap"), *what, *_OPTIONS, "--format=tar", _SUITE, str(path)])

    def pack(path: Path) -> None:
        with _open_to_all(_MAKINGS) as makings:
            how = [f"{makings}/pack", f"{makings}/files", f"{makings}/settle", hardware.console, _SIZE]
            stages.run(as_root(["/bin/sh", *how]), reading=system, writing=path)

    def compress(path: Path) -> None:
        stages.run([program("qemu-img"), "convert", "-c", "-O", "qcow2", str(disk), str(path)])

    system = stages.stage("system.tar", key, "Fetching and installing Debian's packages", bootstrap)
    disk = stages.stage("disk.raw", whole, "Making them into a disk", pack)
    base = stages.stage(BASE, whole, "Making the disk small", compress)
    stages.say("Taking out the kernel")
    release, kernel, taken = take_out(system, hardware.modules)
    busybox = taken.pop("busybox")
    modules = {name: taken[name] for name in hardware.modules if name in taken}
    for outdated in (folder / RECORD, *folder.glob("prepared-*.qcow2")):
        outdated.unlink(missing_ok=True)
    _put(folder / KERNEL, unpacked(kernel))
    _put(folder / INITRD, initrd((_MAKINGS / "init").read_bytes(), busybox, modules))
    base.chmod(0o444)
    shutil.copy2(base, folder / f"{BASE}.part")
    (folder / f"{BASE}.part").replace(folder / BASE)
    checksums = {name: checksum_of(folder / name) for name in (BASE, KERNEL, INITRD)}
    image = Image(folder, hardware.architecture, _SYSTEM, release, checksums, whole)
    record(image)
    if not keep_stages:
        shutil.rmtree(stages.folder)
    stages.say(f"Done: {_SYSTEM} with Linux {release}, {(folder / BASE).stat().st_size / 1e6:.0f} MB")
    return image


@contextlib.contextmanager
def _open_to_all(folder: Path) -> Iterator[Path]:
    """A copy that the root of a user namespace can read, to whom a person's home may be closed."""
    with tempfile.TemporaryDirectory(prefix="coursekit-", dir="/var/tmp") as temporary:
        os.chmod(temporary, 0o755)
        copy = Path(shutil.copytree(folder, Path(temporary, folder.name)))
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        yield copy


def _put(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.chmod(0o444)
    part.replace(path)


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
