"""A guest as a place where a check looks: every promise of a Place, kept inside a real guest."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest

from coursekit.shell.local import LocalPlace
from coursekit.shell.place import Ending, Limits
from coursekit.technologies.hypervisor.disk_file import look_at_disk, was_closed
from coursekit.technologies.hypervisor.facts import look
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.problem import GuestProblem
from coursekit.technologies.hypervisor.qmp import Qmp

pytestmark = pytest.mark.guests


def test_a_program(inside: GuestPlace) -> None:
    done = inside.run(["echo", "hello  there", "'\"$HOME"])
    assert (done.ok, done.output) == (True, "hello  there '\"$HOME\n")
    assert done.command == "echo 'hello  there' ''\"'\"'\"$HOME'"
    assert inside.run(["sh", "-c", "echo oh >&2; exit 3"]).exit_status == 3
    assert inside.run(["sh", "-c", "kill -9 $$"]).exit_status == 137
    assert inside.run(["no-such-program"]).exit_status == 127
    assert inside.run(["pwd"], cwd="/etc").output == "/etc\n"
    assert inside.run(["pwd"]).output == f"{inside.root}\n"
    assert inside.run(["printenv", "WORD"], environment={"WORD": "a b"}).output == "a b\n"
    assert inside.run(["cat"]).output == ""
    assert inside.run(["cat"], stdin=b"a\n'b' $c\n").output == "a\n'b' $c\n"
    assert inside.run(["wc", "-c"], stdin=b"x" * 200_000).output.strip() == "200000"
    assert inside.run(["id", "-u"]).output == "0\n"
    assert not inside.converse(["passwd"], []).ok


def test_files(inside: GuestPlace) -> None:
    script = (
        "cd /tmp; echo hello >file; mkdir folder; ln -s file link; ln -s nowhere dangling; mkfifo pipe;"
        "touch -d '2020-01-02 03:04:05' file; printf 'a\\tb' >'odd ?#%é'; head -c 3000000 /dev/zero >big"
    )
    assert inside.ask(script).ok
    file, link, dangling = inside.stat("/tmp/file"), inside.stat("/tmp/link"), inside.stat("/tmp/dangling")
    assert file is not None
    assert link is not None
    assert dangling is not None
    assert (file.kind, file.size, file.mode, file.modified) == ("file", 6, 0o644, 1_577_934_245.0)
    assert (link.kind, link.target, dangling.target) == ("link", "file", "nowhere")
    assert inside.stat("/tmp/link", follow=True) == file
    assert [one.kind for path in ("folder", "pipe") if (one := inside.stat(f"/tmp/{path}"))] == ["folder", "other"]
    assert inside.stat("/tmp/dangling", follow=True) is None
    assert inside.stat("/tmp/none") is None
    assert inside.read("/tmp/link") == b"hello\n"
    assert inside.read("/tmp/odd ?#%é") == b"a\tb"
    assert (len(inside.read("/tmp/big")), len(inside.read("/tmp/big", 3))) == (1_000_000, 3)
    for path in ("/tmp", "/tmp/pipe"):
        with pytest.raises(OSError, match="not a regular file"):
            inside.read(path)
    with pytest.raises(FileNotFoundError):
        inside.read("/tmp/none")
    assert {"file", "folder", "link"} <= set(inside.names("/tmp"))
    with pytest.raises(OSError, match="none"):
        inside.names("/tmp/none")


def test_a_session_and_after_an_anomaly_a_new_one(inside: GuestPlace) -> None:
    session = inside.session()
    session.run("cd /etc && word=kept")
    assert session.run("pwd; echo $word").output.split() == ["/etc", "kept"]
    assert session.run("exit 0").ending is Ending.LOST
    assert inside.ask("echo hi").output == "hi\n"
    assert inside.ask("yes").ending is Ending.FLOODED
    assert inside.ask("echo hi").output == "hi\n"
    assert inside.ask("sleep 60", Limits(seconds=0.3)).ending is Ending.TIMED_OUT
    assert inside.ask("kill -9 $$").ending is Ending.LOST
    assert inside.ask("sleep 61 & setsid sleep 62 & sleep 0.1").ok
    assert inside.ask("pgrep -c sleep; true").output == "0\n"


def test_nothing_is_left_of_one_check_at_the_next(guest: OwnGuest, here: Hardware) -> None:
    with GuestPlace(guest.folder, here) as first:
        first.ask("setsid sleep 60 >/dev/null 2>&1 </dev/null & word=secret")
    for _ in range(5):
        with GuestPlace(guest.folder, here) as again:
            assert again.ask("echo $word; pgrep -c sleep; true").output.split() == ["0"]


def test_a_flood_that_nobody_reads(guest: OwnGuest, here: Hardware) -> None:
    """A shell that prints when its check has gone does not speak into the next one."""
    with GuestPlace(guest.folder, here) as first:
        assert first.ask("yes", Limits(seconds=0.2, output=10**12)).ending is Ending.TIMED_OUT
    with GuestPlace(guest.folder, here) as again:
        assert again.ask("echo clean").output == "clean\n"


def test_it_is_switched_off_during_a_command(guest: OwnGuest, here: Hardware) -> None:
    with GuestPlace(guest.folder, here) as inside:

        def quit_soon() -> None:
            time.sleep(0.3)
            with Qmp(guest.folder / "qmp.sock", here.emulator, 5.0) as qmp:
                qmp.ask("quit")

        thread = threading.Thread(target=quit_soon)
        thread.start()
        done = inside.ask("sleep 30")
        thread.join()
        assert (done.ending, done.explanation) == (Ending.LOST, "The guest web was switched off meanwhile.")
        assert "does not answer" in inside.ask("echo hi").explanation


def test_what_qemu_knows(guest: OwnGuest, here: Hardware) -> None:
    facts = look(guest.folder, here, 3.0)
    [disk] = facts.disks
    assert (facts.status, facts.name, facts.cpus, facts.memory >> 20) == ("running", "web", 1, 256)
    assert (disk.path, disk.format, disk.snapshots) == (str(guest.folder.resolve() / "disk.qcow2"), "qcow2", ("ready",))
    assert facts.networks == ""


def test_a_check_takes_no_time(guest: OwnGuest, here: Hardware) -> None:
    """Prints, never fails by the clock, but by an order of magnitude."""
    started = time.monotonic()
    with GuestPlace(guest.folder, here) as inside:
        assert inside.ask("echo hi").ok
    assert time.monotonic() - started < 3.0


def test_no_answer_in_time_is_nobodys_fault(
    guest: OwnGuest, inside: GuestPlace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither of a guest nor of qemu-img is it taken for an answer."""
    late = inside.ask("true", Limits(seconds=0.0))
    assert late.ending is Ending.TIMED_OUT
    monkeypatch.setattr(inside, "ask", lambda *_: late)
    for ask in (lambda: inside.read("/etc/hostname"), lambda: inside.stat("/etc"), lambda: inside.names("/etc")):
        with pytest.raises(GuestProblem):
            ask()
    shutil.copy(guest.folder / "disk.qcow2", tmp_path / "copy.qcow2")
    with LocalPlace(tmp_path) as place:
        for question in (look_at_disk, was_closed):
            with pytest.raises(GuestProblem, match="could not be looked at"):
                question(place, "copy.qcow2", Limits(seconds=0.0))
