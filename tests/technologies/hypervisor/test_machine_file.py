"""machine.cfg: what stands in it, and that QEMU takes every word of it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from coursekit.technologies.hypervisor.command import start_words
from coursekit.technologies.hypervisor.files import socket_path
from coursekit.technologies.hypervisor.hardware import ARM64, X86_64, Hardware, hardware_of
from coursekit.technologies.hypervisor.machine_file import machine_text
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.qmp import Qmp
from tests.technologies.hypervisor.conftest import Making


@pytest.mark.parametrize(("hardware", "line"), [(X86_64, ""), (ARM64, "-cpu max ")])
def test_the_line_that_a_student_types(hardware: Hardware, line: str) -> None:
    assert shlex.join(start_words(hardware, cpus=2, memory=384)) == (
        f"{hardware.emulator} {line}-readconfig machine.cfg -smp 2 -m 384 "
        "-drive file=disk.qcow2,if=virtio -nic none -nographic"
    )


def test_what_stands_in_it(tmp_path: Path) -> None:
    text = machine_text(tmp_path, "web", X86_64, "tcg", Path("/cache/kernel"), Path("/cache/initrd"))
    for line in (
        'type = "q35"',
        'accel = "tcg"',
        'kernel = "/cache/kernel"',
        'guest = "web"',
        f'path = "{tmp_path}/qmp.sock"',
        'mode = "control"',
    ):
        assert f"  {line}\n" in text
    assert "console=ttyAMA0" in machine_text(tmp_path, "web", ARM64, "hvf", Path("/k"), Path("/i"))
    with pytest.raises(ValueError, match="quote"):
        machine_text(tmp_path, 'we"b', X86_64, "tcg", Path("/k"), Path("/i"))
    assert hardware_of("arm64") is ARM64


def test_a_folder_too_deep_for_a_socket() -> None:
    assert socket_path(Path("/short"), "qmp.sock") == "/short/qmp.sock"
    assert socket_path(Path("/" + "deep/" * 30), "qmp.sock") == "qmp.sock"


@pytest.mark.guests
@pytest.mark.parametrize("folder", ["web", "/".join(["a folder with a long name"] * 5)], ids=["short", "deep"])
def test_qemu_takes_it(new: Making, here: Hardware, tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    words = new(folder)
    socket = tmp_path / folder / "qmp.sock"
    with OwnGuest(tmp_path / folder, here, [*words, "-S"]), Qmp(socket, here.emulator, 5.0) as qmp:
        assert {"qmp", "checks"} <= {one["label"] for one in qmp.ask("query-chardev")}
        assert qmp.ask("query-name")["name"] == folder
