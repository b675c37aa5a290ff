"""A look at a disk is in nobody's way, and tells of whoever may be writing to it."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from coursekit.shell.local import LocalPlace
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor import disk_file
from coursekit.technologies.hypervisor.disk_file import InUse, look_at_disk, was_closed
from tests.qemu import disk_in_use, needs_qemu

pytestmark = needs_qemu


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    path = tmp_path / "disk.qcow2"
    assert _qemu_img("create", "-f", "qcow2", str(path), "64M").returncode == 0
    return path


def test_the_students_own_command_is_not_refused(disk: Path) -> None:
    """As happened to one in five while a look took QEMU's locks."""
    done = threading.Event()

    def look() -> None:
        with LocalPlace(disk.parent) as place:
            while not done.is_set():
                try:
                    look_at_disk(place, disk.name)
                except InUse:
                    continue

    looker = threading.Thread(target=look)
    looker.start()
    try:
        said = [_qemu_img("snapshot", "-c", str(number), str(disk)).stderr for number in range(40)]
    finally:
        done.set()
        looker.join()
    assert said == [""] * 40
    with LocalPlace(disk.parent) as place:
        assert len(look_at_disk(place, disk.name).disk.snapshots) == 40


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


def _qemu_img(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(find_program("qemu-img")), *words], capture_output=True, text=True, check=False)
