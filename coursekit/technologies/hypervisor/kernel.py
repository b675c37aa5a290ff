"""The kernel of a guest, and the few files that it starts with: taken out of a system's tar, packed anew."""

from __future__ import annotations

import struct
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from coursekit.technologies.hypervisor import lz4
from coursekit.technologies.hypervisor.problem import GuestProblem

_FOLDER, _FILE = 0o040755, 0o100755


def unpacked(kernel: bytes) -> bytes:
    """A kernel that need not unpack itself when it starts, which takes half a second where that is emulated.

    Given back as it is where it is packed in another way. https://docs.kernel.org/arch/x86/boot.html
    """
    if kernel[0x202:0x206] != b"HdrS":
        return kernel
    sectors = kernel[0x1F1] or 4
    offset, length = struct.unpack_from("<II", kernel, 0x248)
    start = (sectors + 1) * 512 + offset
    try:
        whole = lz4.unpack(kernel[start : start + length])
    except (ValueError, IndexError):
        return kernel
    return whole if whole.startswith(b"\x7fELF") else kernel


def take_out(system: Path, modules: Iterable[str]) -> tuple[str, bytes, dict[str, bytes]]:
    """The kernel's release, the kernel, and busybox and the modules by their names. Raises GuestProblem, OSError."""
    wanted = {f"{name}.ko": name for name in modules}
    kernel, release, found, built_in = b"", "", dict[str, bytes](), ""
    with tarfile.open(system) as tar:
        for member in tar:
            name = member.name.rpartition("/")[2]
            plain = name.replace("-", "_")  # a module is known by either
            if not member.isfile():
                continue
            if plain in wanted and "/kernel/" in member.name:
                found[wanted[plain]] = _content(tar, member)
            elif member.name.endswith("bin/busybox"):
                found["busybox"] = _content(tar, member)
            elif name == "modules.builtin":
                built_in = _content(tar, member).decode().replace("-", "_")
            elif name.startswith("vmlinuz-"):
                release, kernel = name.removeprefix("vmlinuz-"), _content(tar, member)
    missing = [name for name in (*wanted.values(), "busybox") if name not in found and f"/{name}.ko" not in built_in]
    if missing or not kernel:
        raise GuestProblem(
            f"Debian's packages do not hold what a guest starts with: {', '.join(missing or ['kernel'])}"
        )
    return release, kernel, found


def initrd(first: bytes, busybox: bytes, modules: Mapping[str, bytes]) -> bytes:
    """The files that a kernel starts with, as a cpio archive: ``first`` becomes /init."""
    archive = bytearray()
    entries: list[tuple[str, int, bytes]] = [
        (name, _FOLDER, b"") for name in ("bin", "dev", "lib", "proc", "root", "sys")
    ]
    entries += [("init", _FILE, first), ("bin/busybox", _FILE, busybox)]
    entries += [(f"lib/{name}.ko", _FILE, content) for name, content in modules.items()]
    entries += [("modules", _FILE, "\n".join(modules).encode())]
    for number, (name, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        facts = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        archive += b"070701" + b"".join(b"%08x" % fact for fact in facts) + name.encode() + b"\0"
        archive += b"\0" * (-len(archive) % 4) + content
        archive += b"\0" * (-len(archive) % 4)
    return bytes(archive)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None
    return file.read()
