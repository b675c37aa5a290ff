"""Guests that boot, as a student boots them: log in, look around, switch off; two at once; made from a file."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest

from coursekit.checks.guest import GuestCheck
from coursekit.model.verdict import Outcome
from coursekit.shell.local import LocalPlace
from coursekit.shell.place import Limits
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor.disk_file import InUse, look_at_disk
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from tests.technologies.hypervisor.conftest import Judging, Making

pytestmark = [pytest.mark.guests, pytest.mark.slow]
BOOT = 120.0
SEED = ("-drive", "driver=vvfat,dir=seed,label=cidata,read-only=on,if=virtio")
USER_DATA = b"""\
#cloud-config
hostname: maggie
users:
  - {name: maggie, plain_text_passwd: lemon, lock_passwd: false, shell: /bin/bash}
write_files:
  - {path: /etc/number, content: "417\\n"}
runcmd:
  - [sh, -c, "echo ran >/var/ran"]
"""


def log_in(guest: OwnGuest, name: str, password: str) -> None:
    guest.wait_for(b"login:", BOOT)
    guest.type(f"{name}\n")
    guest.wait_for(b"Password:", 60)
    guest.type(f"{password}\n")
    guest.wait_for(f"{name}@".encode(), 60)


def test_two_guests_from_the_first_boot_to_the_power_button(
    new: Making, here: Hardware, judged: Judging, tmp_path: Path
) -> None:
    with contextlib.ExitStack() as stack:
        web = stack.enter_context(OwnGuest(tmp_path / "web", here, new("web", cpus=2, memory=320)))
        base = stack.enter_context(OwnGuest(tmp_path / "base", here, new("base", memory=256)))
        log_in(web, "student", "student")
        log_in(base, "root", "root")
        for check in (
            GuestCheck("web", "running", cpus=2, memory="320 MB", disk="disk.qcow2", hostname="web"),
            GuestCheck("base", "running", cpus=1, memory="256 MB", disk="disk.qcow2"),
        ):
            finding = judged(check)
            assert (finding.outcome, finding.observed) == (Outcome.PASSED, "")
        with GuestPlace(base.folder, here) as inside:
            assert inside.ask("systemctl is-system-running --wait", Limits(60)).output == "running\n"
            assert inside.ask("cloud-init status", Limits(60)).output == "status: disabled\n"
            assert inside.ask("ls /sys/class/net").output == "lo\n"
        with LocalPlace(tmp_path) as place:
            with pytest.raises(InUse):
                look_at_disk(place, "base/disk.qcow2")
            assert base.switch_off()
            assert web.switch_off()
            for name in ("web", "base"):
                assert judged(GuestCheck(name, "off", disk="disk.qcow2")).outcome is Outcome.PASSED
                checked = [str(find_program("qemu-img")), "check", str(tmp_path / name / "disk.qcow2")]
                assert subprocess.run(checked, capture_output=True, check=False).returncode == 0
    assert b"Power down" in base.printed


def test_a_guest_made_from_a_file(new: Making, here: Hardware, judged: Judging, tmp_path: Path) -> None:
    seed = tmp_path / "maggie" / "seed"
    seed.mkdir(parents=True)
    (seed / "user-data").write_bytes(USER_DATA)
    (seed / "meta-data").write_text("instance-id: first\nlocal-hostname: maggie\n")
    with OwnGuest(tmp_path / "maggie", here, new("maggie", more=SEED)) as guest:
        log_in(guest, "maggie", "lemon")
        with GuestPlace(guest.folder, here) as inside:
            done = inside.ask("cloud-init status --wait; cat /etc/number /var/ran", Limits(BOOT))
            assert done.output.split() == ["status:", "done", "417", "ran"]
        assert judged(GuestCheck("maggie", hostname="maggie")).outcome is Outcome.PASSED
        assert guest.switch_off()


def test_a_guest_that_was_killed_boots_again(new: Making, here: Hardware, tmp_path: Path) -> None:
    words = new("web")
    with OwnGuest(tmp_path / "web", here, words), GuestPlace(tmp_path / "web", here, answer_within=BOOT) as inside:
        assert inside.ask("echo kept >/root/note; sync").ok
    with OwnGuest(tmp_path / "web", here, words), GuestPlace(tmp_path / "web", here, answer_within=BOOT) as inside:
        assert inside.read("/root/note") == b"kept\n"
