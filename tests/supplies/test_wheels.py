"""The wheels that were fetched, in the shells that coursekit opens: found by pip, and nothing else is changed."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.supplies.wheels import with_wheels
from tests.courses import make_course
from tests.terminals import Terminal

PIP = sorted(("PIP_FIND_LINKS", "PIP_RETRIES", "PIP_TIMEOUT"))


@pytest.fixture
def wheels(home: Path) -> Path:
    folder = home / ".coursekit" / "wheels"
    folder.mkdir(parents=True)
    return folder


def test_without_wheels_nothing_is_said_to_pip(wheels: Path) -> None:
    known = {"HOME": "/home/ada", "PIP_TIMEOUT": "60"}
    assert with_wheels(known, wheels) == known
    assert with_wheels(known, wheels / "none") == known
    (wheels / "x-1-py3-none-any.whl.part").touch()
    assert with_wheels(known, wheels) == known


def test_with_wheels(wheels: Path) -> None:
    (wheels / "x-1-py3-none-any.whl").touch()
    changed = with_wheels({"HOME": "/home/ada"}, wheels)
    assert changed == {"HOME": "/home/ada", "PIP_FIND_LINKS": str(wheels), "PIP_RETRIES": "0", "PIP_TIMEOUT": "5"}
    assert with_wheels(changed, wheels) == changed


def test_what_the_student_has_set_stays(wheels: Path) -> None:
    (wheels / "x-1-py3-none-any.whl").touch()
    changed = with_wheels({"PIP_FIND_LINKS": "/theirs /more", "PIP_TIMEOUT": "60"}, wheels)
    assert changed["PIP_FIND_LINKS"] == f"{wheels} /theirs /more"
    assert (changed["PIP_TIMEOUT"], changed["PIP_RETRIES"]) == ("60", "0")


def test_a_folder_with_a_space_is_one_folder_for_pip(tmp_path: Path) -> None:
    folder = tmp_path / "my things"
    folder.mkdir()
    (folder / "nothing_at_all-1.0-py3-none-any.whl").touch()
    changed = with_wheels({"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INDEX": "1"}, folder)
    words = [sys.executable, "-m", "pip", "download", "--dest", str(tmp_path), "nothing-at-all"]
    done = subprocess.run(words, env=changed, capture_output=True, text=True, check=False)
    assert "Processing" in done.stdout + done.stderr  # found, and no wheel inside
    assert "nothing_at_all-1.0" in done.stdout + done.stderr


@pytest.mark.parametrize("fetched", [True, False])
def test_the_shell_command(home: Path, wheels: Path, tmp_path: Path, fetched: bool) -> None:
    if fetched:
        (wheels / "x-1-py3-none-any.whl").touch()
    course = make_course(tmp_path / "course")
    words = [sys.executable, "-m", "coursekit", "--course", str(course), "shell", "venv/tiny"]
    known = {"COURSEKIT_HOME": str(home), "HOME": str(tmp_path), "SHELL": "/bin/bash"}
    with Terminal(words, known) as terminal:
        terminal.shows("venv/tiny")
        told = tmp_path / "told"
        terminal.press(f"env | grep ^PIP_ > {shlex.quote(str(told))}; exit", "Enter")
        assert terminal.wait() in (0, 1)
    assert sorted(line.partition("=")[0] for line in told.read_text().split()) == (PIP if fetched else [])
