"""What pretends to be a guest, and guests that misbehave: what a check makes of them, and how soon."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.checks import guest as check
from coursekit.checks.context import CheckContext
from coursekit.checks.guest import GuestCheck
from coursekit.checks.judging import judge
from coursekit.model.check import Single
from coursekit.model.verdict import Finding, Outcome
from coursekit.shell.local import LocalPlace
from coursekit.technologies.hypervisor import channel, qmp
from coursekit.technologies.hypervisor.hardware import Hardware, hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.prepared import Prepared
from tests.attacks import Attack, has_teeth, survived
from tests.technologies.hypervisor import impostor
from tests.technologies.hypervisor.conftest import Judging, Making, log_in

pytestmark = pytest.mark.guests
RUNNING = GuestCheck("web", "running", cpus=None, hostname=os.uname().nodename)
"""What an impostor claims: its shell is the host's."""


@contextlib.contextmanager
def pretending(folder: Path, *words: str, program: Path | None = None) -> Iterator[None]:
    """The impostor runs, and is killed in the end."""
    (folder / "web").mkdir(exist_ok=True)
    argv = [str(program or sys.executable), impostor.__file__, str(folder / "web"), *words]
    known = {"PATH": "/usr/bin:/bin", "PYTHONHOME": sys.base_prefix}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=known) as process:
        try:
            if process.stdout is None or process.stdout.readline() != b"ready\n":
                raise RuntimeError("the impostor did not start")
            yield
        finally:
            process.kill()


def verdict(folder: Path, wanted: GuestCheck = RUNNING) -> Finding:
    with LocalPlace(folder) as place:
        return judge(Single("any", wanted), CheckContext(place))[1][0]


def a_script_in_qemus_place(folder: Path) -> None:
    """A script answers at the socket as QEMU would, and gives a shell of the host for the guest's."""
    with pretending(folder, "disk.qcow2", "base.qcow2"):
        finding = verdict(folder)
    assert finding.outcome is Outcome.FAILED
    assert "is no QEMU of this machine" in finding.observed


def whoever_answers_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(qmp, "require_qemu", lambda *_: None)


def a_program_that_is_called_qemu(folder: Path) -> None:
    """The same, by a program of QEMU's name that lies in a folder of the student's."""
    name = folder / hardware().emulator
    shutil.copy(os.path.realpath(sys.executable), name)
    with pretending(folder, "disk.qcow2", "base.qcow2", program=name):
        finding = verdict(folder)
    assert finding.outcome is Outcome.FAILED


def its_name_is_enough(patch: pytest.MonkeyPatch) -> None:
    def named(who: qmp.Peer, emulator: str, path: Path) -> None:
        if Path(who.program).name != emulator:
            raise qmp.NotQemu(who.program)

    patch.setattr(qmp, "require_qemu", named)


FORGERIES = [
    Attack(a_script_in_qemus_place, whoever_answers_is_believed),
    Attack(a_program_that_is_called_qemu, its_name_is_enough),
]
forgeries = pytest.mark.parametrize("attack", FORGERIES, ids=lambda attack: attack.name)


@forgeries
def test_found_out(attack: Attack, tmp_path: Path, here: Hardware) -> None:
    survived(attack, tmp_path)


@forgeries
def test_without_its_defence_it_works(
    attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: Hardware
) -> None:
    has_teeth(attack, tmp_path, monkeypatch)


def test_a_line_that_leads_to_the_host(guest: OwnGuest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU is real, and the shell for checks is a script's."""
    with pretending(tmp_path, "line"):
        finding = verdict(tmp_path)
        assert finding.outcome is Outcome.FAILED
        assert "is not the line of the guest" in finding.observed
        mine = qmp.Qmp(guest.folder / "qmp.sock", guest.hardware.emulator, 5.0)
        mine.close()
        monkeypatch.setattr(channel, "peer", lambda *_: mine.peer)
        assert "runs the course's kernel" in verdict(tmp_path).claim
        monkeypatch.setattr(check, "find", lambda _: None)
        assert verdict(tmp_path).outcome is Outcome.PASSED


def test_a_shim_in_the_path(here: Hardware, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of QEMU's name at the head of the PATH is run neither for questions nor for guests of our own."""
    for name in (here.emulator, "qemu-img"):
        shim = tmp_path / name
        shim.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "disk.qcow2").write_bytes(b"")
    assert verdict(tmp_path, GuestCheck("web", "running")).outcome is Outcome.FAILED
    assert verdict(tmp_path, GuestCheck("web", "off", snapshots="x")).outcome is Outcome.FAILED
    assert not (tmp_path / "ran").exists()


def test_a_guest_that_floods_its_console(guest: OwnGuest, inside: GuestPlace, judged: Judging) -> None:
    inside.close()
    log_in(guest)
    guest.type("yes\n")
    guest.wait_for(b"y\r\ny\r\ny\r\n", 10)
    started = time.monotonic()
    assert judged(GuestCheck("web", "running", cpus=1)).outcome is Outcome.PASSED
    assert time.monotonic() - started < 20.0


def test_a_guest_that_floods_the_line(guest: OwnGuest, inside: GuestPlace, judged: Judging) -> None:
    """What stands on the line instead of our own service says much, and never the word."""
    port = inside.ask("ls /dev/vport*").output.strip()
    flood = f"systemctl stop coursekit-line; echo let go >/dev/console; exec yes >{port}"
    inside.ask(f"systemd-run --quiet sh -c '{flood}'")
    inside.close()
    guest.wait_for(b"let go", 60)
    started = time.monotonic()
    finding = judged(GuestCheck("web", "running", cpus=1))
    assert finding.outcome is Outcome.FAILED
    assert "nothing inside answered" in finding.observed
    assert time.monotonic() - started < 10.0


@pytest.mark.parametrize("more", [("-S",), ()], ids=["held still", "without a disk"])
def test_a_guest_that_never_boots(
    new: Making, here: Hardware, judged: Judging, tmp_path: Path, more: tuple[str, ...]
) -> None:
    words = new("web")
    at = words.index("-drive")
    with OwnGuest(tmp_path / "web", here, [*words[:at], *words[at + 2 :], *more]):
        started = time.monotonic()
        finding = judged(GuestCheck("web", "running"))
        assert finding.outcome is Outcome.FAILED
        assert finding.observed.startswith("QEMU says: prelaunch" if more else "nothing inside answered within")
        assert time.monotonic() - started < 10.0


def test_qemu_stands_still(guest: OwnGuest, judged: Judging) -> None:
    """Then nothing can be said: an ERROR, within the deadline."""
    with qmp.Qmp(guest.folder / "qmp.sock", guest.hardware.emulator, 5.0):  # it speaks to one at a time
        started = time.monotonic()
        finding = judged(GuestCheck("web", "running"))
        assert finding.outcome is Outcome.ERROR
        assert "another program is connected there" in finding.observed
        assert time.monotonic() - started < 6.0


def test_a_guest_that_was_damaged(guest: OwnGuest, here: Hardware, judged: Judging) -> None:
    """Nothing is left on its disk, and it can be looked into all the same."""
    log_in(guest)
    guest.type("wreck\n")
    guest.wait_for(b"Nothing of it is left.", 60)
    for _ in range(3):
        finding = judged(GuestCheck("web", "running", cpus=1))
        assert (finding.outcome, finding.observed) == (Outcome.PASSED, "")
    with GuestPlace(guest.folder, here) as inside:
        assert inside.stat("/usr/bin/ls") is None
        assert "usr" not in inside.names("/")


def test_its_end_is_the_end_of_qemu(prepared: Prepared, here: Hardware, tmp_path: Path) -> None:
    words = prepared.unpack(tmp_path / "web", "web")
    with OwnGuest(tmp_path / "web", here, words), qmp.Qmp(tmp_path / "web" / "qmp.sock", here.emulator, 5.0) as asked:
        pid = asked.peer.pid
    assert not Path(f"/proc/{pid}").exists()
