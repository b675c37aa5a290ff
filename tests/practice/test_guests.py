"""A student's virtual machine: found by the socket in its folder, switched off on their word, never moved while on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.checks import KINDS
from coursekit.checks.context import CheckContext
from coursekit.checks.file import FileCheck
from coursekit.checks.judging import judge
from coursekit.course.outline import read_course
from coursekit.errors import CourseError
from coursekit.model.check import Inside, Single
from coursekit.model.exercise import Made
from coursekit.model.verdict import Outcome
from coursekit.practice.home import Home
from coursekit.practice.practice import Practice
from coursekit.progress.store import Store
from coursekit.shell.local import LocalPlace
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor import ground
from coursekit.technologies.hypervisor.files import QMP_SOCKET, socket_path
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.prepared import Prepared
from coursekit.technologies.hypervisor.problem import GuestProblem

pytestmark = pytest.mark.guests
BOX = Made("guest", "box")


@pytest.fixture
def student(tmp_path: Path, course_folder: Path, prepared: Prepared) -> Iterator[Practice]:
    """A practice with an exercise that has a guest, started. It lies near the root: a socket's path is short."""
    path = course_folder / "exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("steps:\n", "makes: [{guest: box}]\nsteps:\n"))
    home = Home(tmp_path / "home")
    with Store.open(home.store) as store:
        practice = Practice(read_course(course_folder, lambda: KINDS), store, home)
        practice.start("venv/tiny")
        yield practice


@pytest.fixture
def box(student: Practice, prepared: Prepared, here: Hardware) -> Iterator[OwnGuest]:
    """The student's guest, on."""
    folder = student.workspace("venv/tiny") / "box"
    words = prepared.unpack(folder, "box")
    with OwnGuest(folder, here, words) as running:
        yield running


def test_its_ground_is_laid(student: Practice, prepared: Prepared) -> None:
    folder = student.workspace("venv/tiny") / "box"
    assert f'path = "{socket_path(folder, QMP_SOCKET)}"' in (folder / "machine.cfg").read_text()
    assert (folder / "base.qcow2").resolve() == prepared.image.base.resolve()
    assert student.made("venv/tiny") == []


def test_a_full_disk_is_said_before_it_happens(
    student: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground, "_ROOM", 10**18)
    with pytest.raises(GuestProblem, match=r"MB are free at .* Make room for"):
        ground.lay_ground(tmp_path / "new", tmp_path / "new")


def test_it_is_switched_off_on_their_word(student: Practice, box: OwnGuest) -> None:
    assert student.made("venv/tiny") == [BOX]
    assert student.remove_made("venv/tiny", [BOX]) == []
    assert student.made("venv/tiny") == []
    disk = box.folder / "disk.qcow2"
    checked = subprocess.run([str(find_program("qemu-img")), "check", str(disk)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_its_folder_is_not_moved_while_it_runs(student: Practice, box: OwnGuest) -> None:
    with pytest.raises(CourseError) as refused:
        student.reset("venv/tiny")
    assert refused.value.message == "The virtual machine box is still on, and its disk lies in this folder."
    assert student.made("venv/tiny") == [BOX]
    student.remove_made("venv/tiny", [BOX])
    kept = student.reset("venv/tiny")
    assert kept is not None
    assert (kept / "box" / "disk.qcow2").is_file()
    assert not (student.workspace("venv/tiny") / "box" / "disk.qcow2").exists()


def test_a_step_begun_anew_leaves_the_image_alone(student: Practice, prepared: Prepared) -> None:
    folder = student.workspace("venv/tiny") / "box"
    (folder / "machine.cfg").write_text("gone")
    (folder / "base.qcow2").unlink()
    (folder / "base.qcow2").write_text("mine")
    before = prepared.image.base.stat()
    student.reset("venv/tiny", "first")
    assert (folder / "base.qcow2").is_symlink()
    assert "[machine]" in (folder / "machine.cfg").read_text()
    assert prepared.image.base.stat() == before


def test_looking_inside(student: Practice, box: OwnGuest) -> None:
    workspace = student.workspace("venv/tiny")
    hostname = Single("file", FileCheck("/etc/hostname"))
    with LocalPlace(workspace) as place:
        context = CheckContext(place)
        outcome, findings = judge(Inside("guest", "box", hostname), context)
        assert outcome is Outcome.PASSED
        assert findings[0].claim.startswith("in `box`: ")
        assert "QEMU" in findings[0].commands[0].output
        outcome, [finding] = judge(Inside("guest", "box", Single("file", FileCheck("/etc/nothing"))), context)
        assert outcome is Outcome.FAILED
        box.close()
        outcome, [finding] = judge(Inside("guest", "box", hostname), context)
        assert (outcome, finding.observed) == (Outcome.FAILED, "no guest runs in `box`")
