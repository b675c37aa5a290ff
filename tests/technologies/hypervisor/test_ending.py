"""Ending a guest: cleanly while it listens, by force when not."""

from __future__ import annotations

import subprocess

import pytest

from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor.ending import quit_qemu, switch_off
from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.peer import connect
from coursekit.technologies.hypervisor.problem import NotRunning
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
