"""Exercises as pytest items, in a course of somebody else's and in this one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.practice.opening import open_course
from tests.courses import make_course
from tests.rehearsal.test_rehearsal import GOOD

ROOT = Path(__file__).resolve().parent.parent.parent


def pytest_says(folder: Path, *words: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_course_is_tested_with_pytest_alone(tmp_path: Path) -> None:
    course = make_course(tmp_path, **GOOD)
    exercises = ("exercises/venv/tiny", "exercises/venv/asking")
    assert "4 passed" in pytest_says(course, *exercises)
    said = pytest_says(course, *exercises, "--mistakes")
    assert "6 passed" in said
    took = {name: float(seconds) for seconds, name in re.findall(r"^ +([\d.]+)  ([^,\s]+)", said, re.MULTILINE)}
    assert took.keys() == {"venv/tiny", "venv/asking", "venv"}
    assert took["venv"] == pytest.approx(took["venv/tiny"] + took["venv/asking"], abs=0.2)
    assert took["venv/tiny"] > 0
    assert "  tiny, together" in pytest_says(course / "exercises" / "venv", "tiny")


def test_what_is_wrong_is_said_without_a_traceback(tmp_path: Path) -> None:
    course = make_course(tmp_path, **GOOD)
    path = course / "exercises/venv/tiny/solution.yaml"
    path.write_text(path.read_text().replace("touch made", "touch mode"))
    said = pytest_says(course, "exercises/venv/tiny", code=1)
    assert "step first, after its solution" in said
    assert "Traceback" not in said


def test_every_exercise_of_the_course_is_an_item() -> None:
    said = pytest_says(ROOT, "--collect-only", "-q", "--mistakes", "exercises")
    for exercise in open_course().exercises:
        assert f"exercises/{exercise.id}/exercise.yaml::solution" in said
        assert f"exercises/{exercise.id}/exercise.yaml::wrong/" in said
