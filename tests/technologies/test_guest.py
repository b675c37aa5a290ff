"""QEMU and git: found, missing, silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.model.emulator import emulator
from coursekit.shell.local import LocalPlace
from coursekit.technologies import git, guest
from coursekit.technologies.hypervisor import accelerator, cache
from coursekit.technologies.install import install_command
from coursekit.technologies.machine import find_tools
from coursekit.technologies.system import this_system
from tests.technologies.conftest import Answering


@pytest.mark.parametrize(
    ("machine", "name"),
    [("x86_64", "qemu-system-x86_64"), ("aarch64", "qemu-system-aarch64"), ("arm64", "qemu-system-aarch64")],
)
def test_the_emulator_of_this_architecture(machine: str, name: str) -> None:
    assert emulator(machine) == name


def test_no_qemu(place: LocalPlace, tmp_path: Path) -> None:
    machine, disks = (finder(place, str(tmp_path)) for finder in guest.finders()[:2])
    assert (machine.why_not, disks.why_not) == ("not found", "not found")
    assert machine.install == install_command(emulator(this_system().machine))
    assert disks.install == install_command("qemu-img")


def test_versions(place: LocalPlace, tmp_path: Path, answering: Answering) -> None:
    answering(tmp_path / emulator(this_system().machine), "QEMU emulator version 7.2.15 (Debian 1:7.2+dfsg-7+deb12u12)")
    answering(tmp_path / "qemu-img", "qemu-img version 10.0.2\nCopyright (c) 2003-2025 Fabrice Bellard")
    answering(tmp_path / "git", "git version 2.39.5 (Apple Git-154)")
    tools = [finder(place, str(tmp_path)) for finder in (*guest.finders()[:2], *git.finders())]
    assert [tool.version for tool in tools] == ["7.2.15", "10.0.2", "2.39.5"]
    assert all(tool.usable for tool in tools)


def test_what_does_not_answer(place: LocalPlace, tmp_path: Path) -> None:
    for name in ("qemu-img", "git"):
        (tmp_path / name).write_text(
            "#!/bin/sh\necho 'xcode-select: note: no developer tools were found' >&2\nexit 1\n"
        )
        (tmp_path / name).chmod(0o755)
    tools = {
        tool.name: tool for tool in (finder(place, str(tmp_path)) for finder in (*guest.finders(), *git.finders()))
    }
    assert (tools["qemu-img"].why_not, tools["git"].why_not) == ("does not answer", "does not answer")


def test_all_technologies_at_once() -> None:
    names = [tool.name for tool in find_tools("/nowhere")]
    assert names == [
        *("python3", "virtualenv", "uv", "pipenv"),
        *("conda", "mamba", "micromamba"),
        *("docker", "podman"),
        *(emulator(this_system().machine), "qemu-img", "guest image", "accelerator"),
        "git",
    ]


def test_the_image_and_what_helps_qemu_along(
    place: LocalPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for, never tried: that takes seconds. What was passed over, and why, is told."""
    monkeypatch.setenv(cache.ELSEWHERE, str(tmp_path))
    image, help_along = (finder(place, "/nowhere") for finder in guest.finders()[2:])
    assert (image.why_not, image.needed, image.install) == ("not here yet", True, "coursekit guest build")
    assert (help_along.version, help_along.needed) == ("not tried yet", False)
    chosen = accelerator.Choice("tcg", (("kvm", "KVM cannot be used: it hangs"),))
    monkeypatch.setattr(accelerator, "remembered", lambda *_: chosen)
    help_along = guest.finders()[3](place, "/nowhere")
    assert (help_along.version, help_along.note) == ("emulation", "KVM cannot be used: it hangs.")
