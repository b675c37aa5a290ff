"""Kind `guest`, on real guests: running, off, restored, and on what is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from coursekit.checks.guest import GuestCheck
from coursekit.model.verdict import Outcome
from coursekit.shell.place import Limits
from coursekit.technologies.hypervisor import peer, qmp
from coursekit.technologies.hypervisor.ending import quit_qemu
from coursekit.technologies.hypervisor.facts import look
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.prepared import Prepared
from coursekit.technologies.hypervisor.problem import of_another_account
from tests.technologies.hypervisor.conftest import Judging, Making

pytestmark = pytest.mark.guests
PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR


def test_a_guest_that_runs(guest: OwnGuest, judged: Judging) -> None:
    whole = GuestCheck(
        "web", "running", cpus=1, memory="256 MB", disk="disk.qcow2", snapshots="ready", hostname="guest"
    )
    finding = judged(whole)
    assert (finding.outcome, finding.observed) == (PASSED, "")
    assert "QEMU" in finding.commands[0].output
    for wrong, expected, observed in (
        (GuestCheck("web", cpus=3), "3", "it has 1"),
        (GuestCheck("web", memory="512 MB"), "512 MB", "it has 256 MB"),
        (GuestCheck("web", hostname="maggie"), "maggie", "it is called guest"),
        (GuestCheck("web", snapshots=("ready", "clean")), "clean", "its snapshots: ready"),
        (GuestCheck("web", disk="other.qcow2"), "web/other.qcow2", "the disks that it has: disk.qcow2"),
    ):
        finding = judged(wrong)
        assert (finding.outcome, finding.expected, finding.observed) == (FAILED, expected, observed)
    off = judged(GuestCheck("web", "off"))
    assert (off.outcome, off.expected) == (FAILED, "a guest that is off")
    assert judged(GuestCheck("web")).outcome is PASSED


def test_a_guest_that_is_off(prepared: Prepared, new: Making, judged: Judging, tmp_path: Path) -> None:
    prepared.unpack(tmp_path / "web", "web")
    new("thin")
    assert judged(GuestCheck("web", "off", snapshots="ready")).outcome is PASSED
    assert judged(GuestCheck("thin", "off", disk="disk.qcow2")).outcome is PASSED
    assert judged(GuestCheck("thin")).outcome is PASSED
    running = judged(GuestCheck("thin", "running"))
    assert (running.outcome, running.observed) == (FAILED, "no guest runs in `thin`")
    assert judged(GuestCheck("nowhere")).observed == "there is no folder `nowhere`"
    shutil.copy(tmp_path / "thin" / "disk.qcow2", tmp_path / "thin" / "fake.qcow2")
    os.truncate(tmp_path / "thin" / "fake.qcow2", 100)
    assert judged(GuestCheck("thin", "off", disk="fake.qcow2")).outcome is FAILED
    whole = tmp_path / "thin" / "whole.raw"
    whole.write_bytes(b"\0" * 1_000_000)
    assert judged(GuestCheck("thin", "off", disk="whole.raw")).observed == "it stands on nothing: it is whole"


def test_a_disk_in_use_by_a_guest_that_does_not_answer(guest: OwnGuest, judged: Judging) -> None:
    (guest.folder / "qmp.sock").unlink()
    for check in (
        GuestCheck("web", "running"),
        GuestCheck("web", "off"),
        GuestCheck("web", "off", snapshots="ready"),
        GuestCheck("web", "off", clean=True),
    ):
        hidden = judged(check)
        assert (hidden.outcome, "a QEMU has i" in hidden.observed) == (FAILED, True)
        for why in ("without `-readconfig machine.cfg`", "a second start", "| grep qemu`", "`kill`"):
            assert why in hidden.observed


def test_a_second_start_cuts_the_line_to_the_first(
    prepared: Prepared, here: Hardware, judged: Judging, tmp_path: Path
) -> None:
    words = prepared.unpack(tmp_path / "web", "web")
    with OwnGuest(tmp_path / "web", here, words):
        assert judged(GuestCheck("web", "on")).outcome is PASSED
        again = subprocess.run(words, cwd=tmp_path / "web", stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert b"lock" in again.stderr
        cut = judged(GuestCheck("web", "on"))
        assert (cut.outcome, "no guest answers in `web`, though a QEMU has its disk" in cut.observed) == (FAILED, True)


def test_paused(guest: OwnGuest, judged: Judging) -> None:
    with qmp.Qmp(guest.folder / "qmp.sock", hardware_name(guest), 5.0) as asked:
        asked.ask("stop")
    finding = judged(GuestCheck("web", "running"))
    assert (finding.outcome, finding.observed) == (FAILED, "QEMU says: paused")
    assert judged(GuestCheck("web")).outcome is FAILED
    assert judged(GuestCheck("web", disk="other.qcow2")).observed == "the disks that it has: disk.qcow2"
    assert judged(GuestCheck("web", snapshots="ready")).outcome is PASSED, "its disk is known all the same"


@pytest.mark.parametrize(
    ("machine", "called", "found"),
    [
        ("web", "/nowhere", "web/disk.qcow2"),
        ("other", "web", "web/disk.qcow2"),
        ("other", "/nowhere", "/disk.qcow2"),
    ],
)
def test_the_disk_of_one_in_the_background(
    machine: str, called: str, found: str, new: Making, tmp_path: Path, here: Hardware
) -> None:
    """Started in `web` with a machine of this folder, by a shell that calls its own folder so."""
    new("other")
    words = [word for word in new("web") if word != "-nographic"]
    words += ["-display", "none", "-serial", "none", "-daemonize"]
    words[words.index("machine.cfg")] = f"../{machine}/machine.cfg"
    environment = {**os.environ, "PWD": str(tmp_path / called)}
    subprocess.run(words, cwd=tmp_path / "web", check=True, env=environment)
    try:
        (disk,) = look(tmp_path / machine, here, 5.0).disks
        assert disk.path == str(tmp_path / found)
    finally:
        quit_qemu(tmp_path / machine, here)


def test_whether_it_switched_itself_off(new: Making, judged: Judging, tmp_path: Path, here: Hardware) -> None:
    clean = GuestCheck("web", "off", clean=True)
    for ending in (OwnGuest.switch_off, OwnGuest.close):
        with OwnGuest(tmp_path / "web", here, new("web")) as guest:
            guest.wait_for(b"login:", 120.0)
            with GuestPlace(guest.folder, here) as inside:
                inside.ask("systemctl is-system-running --wait", Limits(60.0))
            assert judged(clean).outcome is FAILED
            ending(guest)
        finding = judged(clean)
        assert finding.outcome is (PASSED if ending is OwnGuest.switch_off else FAILED)
    assert "the plug is pulled" in finding.observed
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", tmp_path / "web" / "disk.qcow2", "1M"], check=True)
    assert judged(clean).observed == "there is no ext4 file system on it"


def test_another_account_is_an_error(guest: OwnGuest, judged: Judging, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: object, path: Path) -> peer.Peer:
        raise of_another_account(str(path), 1)

    monkeypatch.setattr(qmp, "peer", refused)
    finding = judged(GuestCheck("web", "running"))
    assert finding.outcome is ERROR
    assert "without sudo" in finding.observed


def test_settings_that_contradict() -> None:
    with pytest.raises(ValueError, match="neither"):
        GuestCheck("web", "off", cpus=2)
    with pytest.raises(ValueError, match="size"):
        GuestCheck("web", memory="much")
    with pytest.raises(ValueError, match="off"):
        GuestCheck("web", clean=True)


def hardware_name(guest: OwnGuest) -> str:
    return guest.hardware.emulator
