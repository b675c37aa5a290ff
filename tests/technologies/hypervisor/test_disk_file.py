"""A look at a disk is in nobody's way, and tells of whoever may be writing to it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from coursekit.shell.local import LocalPlace
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor import disk_file
from coursekit.technologies.hypervisor.disk_file import InUse, look_at_disk, was_closed
from tests.qemu import disk_in_use, needs_qemu

pytestmark = needs_qemu
SNAPSHOTS = 150
"""So many that what QEMU says of them is longer than what is kept of other programs."""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    path = tmp_path / "disk.qcow2"
    words = [str(find_program("qemu-img")), "create", "-q", "-f", "qcow2", str(path), "64M"]
    assert subprocess.run(words, check=False).returncode == 0
    return path


def test_the_students_own_command_is_not_refused(disk: Path) -> None:
    """As happened to one in five while a look took QEMU's locks."""
    line = f"for n in $(seq {SNAPSHOTS}); do qemu-img snapshot -c name-$n {disk.name} || exit 1; done"
    with LocalPlace(disk.parent) as place:
        with subprocess.Popen(["sh", "-c", line], cwd=disk.parent, stderr=subprocess.PIPE, text=True) as student:
            while student.poll() is None:
                with contextlib.suppress(InUse):
                    look_at_disk(place, disk.name)
            assert student.stderr is not None
            assert (student.returncode, student.stderr.read()) == (0, "")
        assert len(look_at_disk(place, disk.name).disk.snapshots) == SNAPSHOTS


def test_one_that_is_written_is_in_use(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalPlace(disk.parent) as place:
        with disk_in_use(disk):
            for question in (look_at_disk, was_closed):
                with pytest.raises(InUse):
                    question(place, disk.name)
            monkeypatch.setattr(disk_file, "_WRITES", 99)  # a byte that QEMU never locks
            assert look_at_disk(place, disk.name).disk.format == "qcow2"
        monkeypatch.undo()
        assert look_at_disk(place, disk.name).disk.size == 64 * 1024**2


def test_what_is_no_disk(disk: Path) -> None:
    with LocalPlace(disk.parent) as place:
        with pytest.raises(FileNotFoundError):
            look_at_disk(place, "none.qcow2")
        os.mkfifo(disk.parent / "pipe")
        (disk.parent / "folder").mkdir()
        for name in ("pipe", "folder"):
            with pytest.raises(ValueError, match="it is no file"):
                look_at_disk(place, name)
