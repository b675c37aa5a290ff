"""What this machine has: found, missing, for which labs, and how to get it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.courses import make_course

LAB = """\
title: The lab
summary: In short.
minutes: 5
needs: {technologies: [venv, git], download: 5 MB, disk: 1 GB, fallback: Read the page only.}
items:
  - page: reading
"""


def run(course: Path, *words: str, code: int = 0, **environment: str) -> str:
    command = [sys.executable, "-m", "coursekit", "--course", str(course), *words]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course", **{"labs/one/lab.yaml": LAB})


def test_what_is_there(course: Path) -> None:
    tools = {row["name"]: row for row in json.loads(run(course, "doctor", "--json"))}
    assert {"python3", "virtualenv", "uv", "pipenv", "git"} <= set(tools)
    assert tools["git"]["usable"]
    assert Path(tools["git"]["path"]).is_file()
    assert tools["git"]["labs"] == ["The lab"]


def test_what_is_missing(course: Path, tmp_path: Path) -> None:
    said = run(course, "doctor", code=3, PATH=str(tmp_path))
    assert "git: not found\n  needed by: The lab\n  to install it: " in said
    assert "without administrator rights: python3 -m pip install --user virtualenv" in said


def test_what_no_lab_needs_is_not_missed(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    assert "git: not found" in run(course, "doctor", PATH=str(tmp_path))


def test_a_python_without_ensurepip_cannot_make_environments(course: Path, tmp_path: Path) -> None:
    shim = tmp_path / "python3"
    shim.write_text("#!/bin/sh\necho 3.11.2\necho No module named ensurepip >&2\nexit 1\n")
    shim.chmod(0o755)
    said = run(course, "doctor", code=3, PATH=str(tmp_path))
    assert "python3: cannot make environments: its module ensurepip is missing" in said


def test_what_a_lab_needs_is_shown_before_it_starts(course: Path) -> None:
    said = run(course, "list")
    assert "It needs about 5 MB to download, 1 GB of disk." in said
    assert "On a machine that lacks something: Read the page only." in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("download: 5 MB", "downlaod: 5 MB", "unknown key `downlaod`"),
        ("5 MB", "much", "should be a size such as `30 MB`"),
        ("disk: 1 GB", "disk: 5", "should be a text such as `30 MB`"),
        ("[venv, git]", "venv", "should be a list"),
    ],
)
def test_needs_that_make_no_sense(course: Path, old: str, new: str, said: str) -> None:
    path = course / "labs/one/lab.yaml"
    path.write_text(LAB.replace(old, new))
    assert said in run(course, "list", code=2)


def test_facts_of_the_class_are_filled_into_pages(course: Path) -> None:
    path = course / "labs/course.yaml"
    path.write_text(path.read_text() + "facts: {meeting: On Mondays.}\n")
    (course / "labs/one/reading.md").write_text("# Read\n\n{meeting} And {other}, ${meeting}.\n")
    assert "On Mondays. And {other}, ${meeting}." in run(course, "read", "one/reading")
    path.write_text(path.read_text().replace("On Mondays.", "[1]"))
    assert "labs/course.yaml" in run(course, "list", code=2)
