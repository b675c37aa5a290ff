"""A real QEMU for tests that need no more of a guest than that it runs."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.peer import connect
from coursekit.technologies.hypervisor.problem import NotRunning
from tests.engines import until

needs_qemu = pytest.mark.skipif(find_program(hardware().emulator) is None, reason="needs QEMU")


def undamaged(disk: Path) -> bool:
    """Whether a disk is sound. After a pulled plug it may hold clusters that nothing uses (3): no harm."""
    done = subprocess.run([str(find_program("qemu-img")), "check", str(disk)], capture_output=True, check=False)
    return done.returncode in (0, 3)


@contextlib.contextmanager
def empty_guest(folder: Path) -> Iterator[None]:
    """A QEMU without a machine in it, which is enough to hold memory and to have a socket."""
    folder.mkdir()
    with _qemu(folder):
        yield


@contextlib.contextmanager
def disk_in_use(disk: Path) -> Iterator[None]:
    """A QEMU that may write to a disk."""
    with _qemu(disk.parent, "-blockdev", f"driver=qcow2,node-name=disk,file.driver=file,file.filename={disk}"):
        yield


def _listens(folder: Path) -> bool:
    try:
        connect(folder / QMP_SOCKET, 1.0).close()
    except NotRunning:
        return False
    return True


@contextlib.contextmanager
def _qemu(folder: Path, *words: str) -> Iterator[None]:
    asked = ["-machine", "none", "-display", "none", "-qmp", f"unix:{QMP_SOCKET},server=on,wait=off", *words]
    with subprocess.Popen([str(find_program(hardware().emulator)), *asked], cwd=folder) as process:
        try:
            until(lambda: _listens(folder))
            yield
        finally:
            process.terminate()
