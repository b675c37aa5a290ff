"""Another course than the one that coursekit comes with: by its folder, and by the name under which it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursekit.course.locate import GROUP
from tests.terminals import coursekit

COURSE = Path(__file__).resolve().parent.parent / "another_course"


def run(*words: str, code: int = 0, **environment: str) -> str:
    known = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-m", "coursekit", *words], env=known, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_its_author_tests_it() -> None:
    assert "1 exercise, 2 steps, 0 other ways, 1 typical mistake, 1 diagnosis: all as it should be." in run(
        "--course", str(COURSE), "author", "test", "--all"
    )


def test_it_is_played_in_the_app(tmp_path: Path) -> None:
    with coursekit(COURSE, tmp_path / "home") as app:
        app.shows("A first hour with the shell", "A greeting (0 of 3 points)")
        app.press("Down", "Enter")
        app.shows("shell/greet")
        app.press("F4")
        app.shows("# echo hello ")
        app.press("Enter")
        app.shows("passed, 2 points", "How many bytes")
        app.press("F5", "10", "Enter")
        app.shows("That is not it. The ends of the two")
        app.press("12", "Enter")
        app.shows("All steps have passed: 2 of 3 points.", "It was the last of the course.")


def test_an_installed_course_is_found_by_its_name(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    shutil.copytree(COURSE, packages / "shellcourse")
    (packages / "shellcourse" / "__init__.py").write_text("raise RuntimeError('none of its code is run')\n")
    info = packages / "shellcourse-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shellcourse\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nshell = shellcourse\n")
    assert "A greeting" in run("--course", "shell", "list", PYTHONPATH=str(packages))
    said = run("--course", "shll", "list", code=2, PYTHONPATH=str(packages))
    assert "the name of an installed course: shell." in said


def test_another_course_keeps_its_work_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSEKIT_HOME")
    started = json.loads(run("--course", str(COURSE), "start", "shell/greet", "--json", HOME=str(tmp_path)))
    assert started["workspace"] == str(tmp_path / "coursekit-a-first-hour-with-the-shell" / "shell" / "greet")


def test_five_hundred_exercises(tmp_path: Path) -> None:
    """The list and the map of a large course are there soon. The clock is generous: no machine is alike."""
    course = tmp_path / "course"
    shutil.copytree(COURSE, course)
    items = []
    for number in range(500):
        shutil.copytree(course / "exercises/shell/greet", course / f"exercises/many/e{number}")
        items.append(f"  - exercise: many/e{number}\n")
    lab = course / "labs/start/lab.yaml"
    lab.write_text(lab.read_text() + "".join(items))
    began = time.monotonic()
    assert run("--course", str(course), "list").count("A greeting") == 501
    assert time.monotonic() - began < 30
    with coursekit(course, tmp_path / "home") as app:
        app.shows("A first hour with the shell", "A greeting", seconds=30)
        app.press("\x1b[F", "Enter")  # End
        app.shows("many/e499", "A greeting · 0 of 3 points")
