"""A guest that was played is ended at once: whoever plays waits for none that takes no notice of its power button."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.checks import KINDS
from coursekit.course.exercises import read_exercise
from coursekit.model.exercise import Made
from coursekit.practice import made
from coursekit.progress.ledger import Ledger
from coursekit.rehearsal.belongings import Belongings
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.peer import connect
from coursekit.technologies.hypervisor.problem import NotRunning
from tests.courses import make_course

pytestmark = pytest.mark.guests


def test_a_guest_in_the_background_is_ended_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = find_program(hardware().emulator)
    if emulator is None:
        pytest.skip(f"no {hardware().emulator}")
    exercise = read_exercise(make_course(tmp_path / "course"), "venv/tiny", kinds=KINDS)
    exercise = replace(exercise, makes=(Made("guest", "ada"),))
    folder = tmp_path / "ada"
    folder.mkdir()
    asked = f"unix:{folder / QMP_SOCKET},server=on,wait=off"
    held_still = ["-machine", "none", "-S", "-display", "none", "-qmp", asked, "-daemonize"]
    subprocess.run([emulator, *held_still], check=True)
    monkeypatch.setattr(made, "switch_off", lambda *_: pytest.fail("its button was pressed"))
    Belongings(exercise, tmp_path, Ledger(tmp_path / "ledger.sqlite3")).remove()
    with pytest.raises(NotRunning):
        connect(folder / QMP_SOCKET, 1.0)
