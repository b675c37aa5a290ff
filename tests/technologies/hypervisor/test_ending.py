"""Ending a guest: cleanly while it listens, by force when not."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from coursekit.model.exercise import Made
from coursekit.practice.made import find_made, remove_made
from coursekit.practice.running import running_guests
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor.ending import quit_qemu, switch_off
from coursekit.technologies.hypervisor.files import DISK, QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware, hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.peer import connect
from coursekit.technologies.hypervisor.presence import is_on
from coursekit.technologies.hypervisor.problem import NotRunning
from tests.qemu import empty_guest, needs_qemu, undamaged
from tests.technologies.hypervisor.conftest import log_in

pytestmark = pytest.mark.guests


def test_the_power_button(guest: OwnGuest, here: Hardware) -> None:
    disk = guest.folder / "disk.qcow2"
    log_in(guest)
    guest.type("echo kept > /root/kept; echo wri''tten\n")
    guest.wait_for(b"written", 30)
    switch_off(guest.folder, here)
    with pytest.raises(NotRunning):
        connect(guest.folder / QMP_SOCKET, 1.0)
    checked = subprocess.run([str(find_program("qemu-img")), "check", str(disk)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_pulling_the_plug(guest: OwnGuest, here: Hardware) -> None:
    quit_qemu(guest.folder, here)
    with pytest.raises(NotRunning):
        quit_qemu(guest.folder, here)
    switch_off(guest.folder, here)


@needs_qemu
def test_what_has_ended_is_gone_with_its_socket(tmp_path: Path) -> None:
    """QEMU closes the connection before the socket: whoever waits for no more finds two of five guests still on."""
    for number in range(10):
        folder = tmp_path / str(number)
        with empty_guest(folder):
            quit_qemu(folder, hardware())
            assert not is_on(folder, hardware(), 1.0)


def test_one_that_can_be_asked_no_more_is_found_by_its_disk(guest: OwnGuest, here: Hardware) -> None:
    """As after a second start in its folder. It is ended on the student's word; who only links to its disk is not."""
    beside = guest.folder.parent / "beside"
    beside.mkdir()
    (beside / DISK).symlink_to(guest.folder / DISK)
    (guest.folder / QMP_SOCKET).unlink()
    exercise = SimpleNamespace(makes=[Made("guest", name) for name in (guest.folder.name, "beside", "none")])
    found = find_made(exercise, guest.folder.parent)  # type: ignore[arg-type]
    assert [made.name for made in found] == [guest.folder.name]
    assert running_guests([guest.folder.parent]) == 1
    switch_off(beside, here)
    assert running_guests([guest.folder.parent]) == 1
    assert remove_made(found, guest.folder.parent) == []
    assert running_guests([guest.folder.parent]) == 0
    assert undamaged(guest.folder / DISK)
