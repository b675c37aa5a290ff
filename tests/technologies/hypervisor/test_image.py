"""The guest image: its parts, its stages, its checksums; and which accelerator runs it."""

from __future__ import annotations

import dataclasses
import gzip
import io
import struct
import tarfile
import time
from pathlib import Path

import pytest

from coursekit.technologies.hypervisor import accelerator, builder_tools, lz4
from coursekit.technologies.hypervisor.accelerator import Choice, choose
from coursekit.technologies.hypervisor.build import build
from coursekit.technologies.hypervisor.cache import Image, cache_folder, checksum_of, find, record, require, verify
from coursekit.technologies.hypervisor.hardware import ARM64, X86_64, Hardware
from coursekit.technologies.hypervisor.kernel import initrd, take_out, unpacked
from coursekit.technologies.hypervisor.problem import GuestProblem
from coursekit.technologies.hypervisor.stages import Stages


@pytest.fixture
def small(tmp_path: Path) -> Image:
    """An image of three small files."""
    for name in ("base.qcow2", "kernel", "initrd"):
        (tmp_path / name).write_text(name)
    checksums = {name: checksum_of(tmp_path / name) for name in ("base.qcow2", "kernel", "initrd")}
    image = Image(tmp_path, "x86-64", "Debian 12", "6.1", checksums, "abc")
    record(image)
    return image


def test_found_and_verified(small: Image, tmp_path: Path) -> None:
    assert find(X86_64, tmp_path) == small
    assert find(ARM64, tmp_path) is None
    assert find(X86_64, tmp_path / "none") is None
    verify(small)
    (tmp_path / "kernel").write_text("another")
    with pytest.raises(GuestProblem, match=r"kernel is not as it was"):
        verify(small)
    (tmp_path / "kernel").unlink()
    assert find(X86_64, tmp_path) is None
    with pytest.raises(GuestProblem, match="kernel"):
        verify(small)


@pytest.mark.parametrize("name", ["base.qcow2", "kernel", "initrd", ""])
def test_a_damaged_one_is_built_anew(small: Image, tmp_path: Path, name: str) -> None:
    """Half of a file is no image, whatever the record says. Building ends at its first step here: it is cancelled."""
    try:
        builder_tools.require_tools()
    except GuestProblem as problem:
        pytest.skip(str(problem))
    said = list[str]()
    if not name:
        assert build(X86_64, said.append, tmp_path, cancelled=lambda: True) == small
        assert said == ["The guest image is there already."]
        return
    (tmp_path / name).write_text(name[:2])
    with pytest.raises(GuestProblem, match="cancelled"):
        build(X86_64, said.append, tmp_path, cancelled=lambda: True)
    assert said[0] == "The guest image that is there is damaged: it is built anew."


def test_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEKIT_GUEST_IMAGES", str(tmp_path))
    assert cache_folder(ARM64) == tmp_path / "arm64"
    with pytest.raises(GuestProblem, match="coursekit guest build"):
        require(ARM64)


def test_a_stage_is_made_again_only_when_it_must_be(tmp_path: Path) -> None:
    said, made = list[str](), list[int]()

    def make(path: Path) -> None:
        made.append(len(made))
        path.write_text(f"made {len(made)}")

    def stage(key: str) -> str:
        return Stages(tmp_path / "build", said.append, lambda: False).stage("a", key, "Making", make).read_text()

    assert [stage("one"), stage("one"), stage("two")] == ["made 1", "made 1", "made 2"]
    (tmp_path / "build" / "a").write_text("spoilt")
    assert stage("two") == "made 3"
    assert said == ["Making", "Making: done before", "Making", "Making"]


def test_a_program_that_fails_while_building(tmp_path: Path) -> None:
    said = list[str]()
    builder_tools.run(["cat"], tmp_path, said.append, reading=Path("/etc/hostname"), writing=tmp_path / "out")
    assert (tmp_path / "out").read_text() == Path("/etc/hostname").read_text()
    for writing in (None, tmp_path / "out"):
        with pytest.raises(GuestProblem, match=r"sh failed while .*\nwhy not"):
            builder_tools.run(["/bin/sh", "-c", "echo why not >&2; exit 3"], tmp_path, said.append, writing=writing)
    with pytest.raises(GuestProblem, match="cancelled"):
        builder_tools.run(["sleep", "60"], tmp_path, said.append, cancelled=lambda: True)


def literal(data: bytes) -> bytes:
    """LZ4's legacy format, nothing saved."""
    more = b""
    if len(data) >= 15:
        whole, rest = divmod(len(data) - 15, 255)
        more = b"\xff" * whole + bytes([rest])
    block = bytes([min(len(data), 15) << 4]) + more + data
    return lz4.MAGIC + struct.pack("<I", len(block)) + block


def test_unpacking_lz4() -> None:
    for size in (0, 1, 14, 15, 16, 269, 270, 5000):
        data = bytes(number % 251 for number in range(size))
        assert lz4.unpack(literal(data)) == data
    repeated = bytes([0x1F]) + b"a" + struct.pack("<H", 1) + bytes([10]) + bytes([0x10]) + b"b"
    assert lz4.unpack(lz4.MAGIC + struct.pack("<I", len(repeated)) + repeated) == b"a" * 30 + b"b"
    with pytest.raises(ValueError, match="LZ4"):
        lz4.unpack(b"else")


def test_a_kernel_is_unpacked_or_left_as_it_is() -> None:
    elf = b"\x7fELF" + b"kernel" * 100
    for payload, whole in ((literal(elf), elf), (gzip.compress(elf), None)):
        head = bytearray(1024)
        head[0x1F1], head[0x202:0x206] = 1, b"HdrS"
        head[0x248:0x250] = struct.pack("<II", 0, len(payload))
        kernel = bytes(head) + payload
        assert unpacked(kernel) == (whole or kernel)
    assert unpacked(b"MZ" + b"\0" * 2000) == b"MZ" + b"\0" * 2000


def test_what_a_guest_starts_with(tmp_path: Path) -> None:
    files = {
        "./boot/vmlinuz-6.1-cloud": b"kernel",
        "./usr/bin/busybox": b"busybox",
        "./usr/lib/modules/6.1-cloud/kernel/drivers/virtio/virtio.ko": b"driver",
        "./usr/lib/modules/6.1-cloud/modules.builtin": b"kernel/drivers/block/built_in.ko\n",
    }
    with tarfile.open(tmp_path / "system.tar", "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    release, kernel, taken = take_out(tmp_path / "system.tar", ["virtio", "built_in"])
    assert (release, kernel, taken) == ("6.1-cloud", b"kernel", {"virtio": b"driver", "busybox": b"busybox"})
    with pytest.raises(GuestProblem, match="missing"):
        take_out(tmp_path / "system.tar", ["missing"])
    archive = initrd(b"#!first", b"busybox", {"virtio": b"driver"})
    assert archive.startswith(b"070701")
    assert archive.count(b"070701") == 6 + 4 + 1
    assert b"TRAILER!!!" in archive


def test_an_accelerator_is_tried_once(here: Hardware, tmp_path: Path) -> None:
    """Whatever there is, the emulation works, with an image and without one."""
    image = find(here)
    for one in [image, None] if image else [None]:
        started = time.monotonic()
        choice = choose(here, one, tmp_path)
        assert time.monotonic() - started < 15
        assert choice.emulated or not choice.passed_over
        assert choose(here, one, tmp_path) == choice
        assert accelerator._boots(accelerator._line(here, _emulator(here), "tcg", one), 60) == ""


def test_one_that_hangs_is_passed_over(here: Hardware, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerator, "_unusable", lambda _: "")
    monkeypatch.setattr(accelerator, "_line", lambda *_: (["/bin/sleep", "60"], b"word"))
    choice = choose(here, None, tmp_path, seconds=0.2)
    assert choice == Choice("tcg", ((choice.passed_over[0][0], choice.passed_over[0][1]),))
    assert "still without a sign of life after 0.2 s" in choice.passed_over[0][1]
    monkeypatch.setattr(accelerator, "_line", lambda *_: (["/bin/sh", "-c", "echo no such thing; exit 1"], b"word"))
    again = choose(dataclasses.replace(here), None, tmp_path / "other")
    assert "QEMU ended at once, saying: no such thing" in again.passed_over[0][1]


def _emulator(hardware: Hardware) -> Path:
    found = accelerator.find_program(hardware.emulator)
    assert found is not None
    return found
