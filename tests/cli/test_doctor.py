"""What this machine has: found, missing, for which labs, and how to get it."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.practice.machine import Row, report, rows_for, summary
from coursekit.practice.opening import open_course
from coursekit.technologies.contract import Tool
from coursekit.technologies.system import this_system
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
    said = json.loads(run(course, "doctor", "--json"))
    assert said["system"]["machine"] == os.uname().machine
    tools = {row["name"]: row for row in said["tools"]}
    assert {"python3", "virtualenv", "uv", "pipenv", "git", "conda", "micromamba", "docker", "podman"} <= set(tools)
    assert (tools["git"]["usable"], tools["git"]["missing"]) == (True, False)
    assert Path(tools["git"]["path"]).is_file()
    assert tools["git"]["labs"] == ["The lab"]
    assert (tools["docker"]["one_of"], tools["docker"]["labs"]) == ("containers", [])


def test_the_system_comes_first_and_the_labs_last(course: Path) -> None:
    lines = run(course, "doctor").splitlines()
    assert lines[0] == this_system().words
    assert lines[-1] == "All that the labs need is here."
    assert "  needed by: The lab" in lines


def test_what_is_missing(course: Path, tmp_path: Path) -> None:
    said = run(course, "doctor", code=3, PATH=str(tmp_path))
    assert re.search(r"✗ git +not found\n      to install it: ", said)
    assert "without administrator rights: pipx install virtualenv" in said
    assert said.endswith("Labs wait for: python3, git. The other labs can be done.\n")


def test_what_no_lab_needs_is_not_missed(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    said = run(course, "doctor", PATH=str(tmp_path))
    assert re.search(r"– git +not found", said)
    assert "no lab of this course needs it yet; one of these is enough" in said
    assert "✗" not in said


def test_only_a_command_is_longer_than_a_line(course: Path, tmp_path: Path) -> None:
    for path in (str(tmp_path), os.environ["PATH"]):
        lines = subprocess.run(
            [sys.executable, "-m", "coursekit", "--course", str(course), "doctor"],
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        assert all(len(line) <= 80 or line.startswith("      curl ") for line in lines)


DOCKER = Tool("container", "docker", "", "", True, "not found", "apt install docker.io", one_of="containers")
PODMAN = Tool("container", "podman", "/usr/bin/podman", "4.3.1", True, one_of="containers")
SILENT = replace(
    DOCKER, path="/usr/bin/docker", version="28.2.2", why_not="its daemon does not run", install="start it"
)


def rows(course: Path, *tools: Tool, needs: str = "container") -> list[Row]:
    path = course / "labs/one/lab.yaml"
    path.write_text(LAB.replace("venv, git", needs))
    return rows_for(open_course(course), tools)


def test_one_of_several_is_enough(course: Path) -> None:
    found = rows(course, DOCKER, PODMAN)
    assert [row.missing for row in found] == [False, False]
    assert found[0].headline == "docker: not found; podman is enough"
    said = "\n".join(line.text for line in report(found))
    assert "needed by: The lab; one of these is enough" in said
    assert "install" not in said


def test_of_several_that_are_missing_one_is_asked_for(course: Path) -> None:
    absent = replace(PODMAN, path="", version="", why_not="not found", install="apt install podman")
    found = rows(course, DOCKER, absent)
    assert [row.missing for row in found] == [True, False]
    said = "\n".join(line.text for line in report(found))
    assert "to install it: apt install docker.io" in said
    assert "to install it: apt install podman" in said
    assert summary(found).text == "Labs wait for: docker. The other labs can be done."


def test_what_is_here_is_mended_before_another_is_installed(course: Path) -> None:
    absent = replace(PODMAN, path="", version="", why_not="not found")
    assert [row.missing for row in rows(course, absent, SILENT)] == [False, True]


def test_a_fault_is_told_even_when_another_is_enough(course: Path) -> None:
    found = rows(course, SILENT, PODMAN)
    assert [row.missing for row in found] == [False, False]
    said = "\n".join(line.text for line in report(found))
    assert re.search(r"– docker +28.2.2 +its daemon does not run; podman is enough\n      to mend it: start it", said)


def test_nothing_is_missed_that_no_lab_needs(course: Path) -> None:
    found = rows(course, DOCKER, needs="venv")
    assert [row.missing for row in found] == [False]


_PYTHON_WITHOUT_ENSUREPIP = """\
#!{python} -I
import platform, sys
sys.modules["ensurepip"] = None
print("Python", platform.python_version()) if "--version" in sys.argv else exec(sys.argv[-1])
"""


def test_a_python_without_ensurepip_cannot_make_environments(course: Path, tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text(_PYTHON_WITHOUT_ENSUREPIP.format(python=sys.executable))
    python.chmod(0o755)
    said = run(course, "doctor", code=3, PATH=str(tmp_path))
    assert (
        f"✗ python3 {platform.python_version()} cannot make environments: its module ensurepip is missing"
        in " ".join(said.split())
    )


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
