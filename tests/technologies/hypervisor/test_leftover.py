"""SIGKILL of whoever has started a guest of coursekit's own: the next start ends it, and no other."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursekit.progress.ledger import Ledger
from coursekit.technologies.hypervisor.files import DISK, QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.leftover import sweep
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.prepared import Prepared
from coursekit.technologies.hypervisor.problem import NotRunning
from coursekit.technologies.hypervisor.qmp import Qmp
from tests.qemu import undamaged

pytestmark = pytest.mark.guests
OWNER = """\
import sys, time
from pathlib import Path
from coursekit.progress.ledger import Ledger
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.own import OwnGuest

guests = [OwnGuest(Path(folder), hardware(), sys.argv[4:], Ledger(Path(sys.argv[1]))) for folder in sys.argv[2:4]]
print("started", flush=True)
time.sleep(600)
"""


def answers(folder: Path, here: Hardware) -> int:
    """The process of the guest in a folder; 0 when there is none."""
    try:
        with Qmp(folder / QMP_SOCKET, here.emulator, 5.0) as qmp:
            return qmp.peer.pid
    except NotRunning:
        return 0


def test_two_guests_outlive_their_owner_until_the_next_start(
    prepared: Prepared, here: Hardware, guest: OwnGuest, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.sqlite3"
    folders = [tmp_path / "ada", tmp_path / "ben"]
    words, _ = (prepared.unpack(folder, folder.name) for folder in folders)
    argv = [sys.executable, "-c", OWNER, str(path), *map(str, folders), *words]
    try:
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as owner:
            try:
                assert owner.stdout is not None
                assert owner.stdout.readline() == b"started\n"
                assert sweep(path) == 0  # its owner lives
            finally:
                owner.kill()
        processes = [answers(folder, here) for folder in folders]
        assert all(processes)
        assert sweep(path) == 2
    finally:
        sweep(path)
    assert [answers(folder, here) for folder in folders] == [0, 0]
    assert Ledger(path).entries() == []
    assert answers(guest.folder, here)  # the student's
    for folder in folders:
        assert undamaged(folder / DISK)


def test_an_entry_for_what_is_somebody_elses(guest: OwnGuest, here: Hardware, tmp_path: Path) -> None:
    """A guest in the folder of an entry that does not bear its number is not ended."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.abandon(ledger.enter("guest", str(guest.folder)))
    ledger.abandon(ledger.enter("guest", str(tmp_path / "gone")))
    other = ledger.enter("container", "unix:///nowhere")
    ledger.abandon(other)
    started = time.monotonic()
    assert sweep(ledger.path) == 0
    assert time.monotonic() - started < 5
    assert [entry.number for entry in ledger.entries()] == [other.number]
    assert answers(guest.folder, here)
