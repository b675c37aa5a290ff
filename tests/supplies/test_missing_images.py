"""An image that is not here: said when an exercise is opened, and never a student's failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit.model.event import What
from coursekit.practice.opening import open_practice
from tests.supplies.conftest import Run, course_with

NOWHERE = "127.0.0.1:9/nothing:1"
pytestmark = [pytest.mark.containers, pytest.mark.usefixtures("engine")]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return course_with(tmp_path / "course", images=f"[{NOWHERE}, busybox:1.36]")


def test_it_is_said_when_the_exercise_is_opened(run: Run, course: Path) -> None:
    path = course / "labs" / "course.yaml"
    sized = f"  {NOWHERE}: {{from: [registry], download: 5 MB}}\n"
    path.write_text(path.read_text().replace(f"  {NOWHERE}: [local, bundle, registry]\n", sized))
    said = run(course, "start", "venv/tiny")
    assert f"The image that this exercise begins with is not here yet: {NOWHERE} (about 5 MB to download)." in said
    assert "To get it: coursekit fetch one" in said
    assert json.loads(run(course, "start", "venv/tiny", "--json"))["missing_images"] == [NOWHERE]


def test_no_network_is_an_error_and_no_failure(run: Run, course: Path, home: Path) -> None:
    run(course, "start", "venv/tiny")
    said = run(course, "fetch", "venv/tiny", code=4)
    assert f"The registry of {NOWHERE} cannot be reached: no network?" in said
    assert "busybox:1.36: here already" in said  # one trouble keeps nothing else from coming
    checked = json.loads(run(course, "check", "first", "--json", code=4))["steps"]["first"]
    assert checked["outcome"] == "error"
    said = run(course, "check", "first", code=4)
    assert "could not check (not your fault)" in said
    assert f"the image {NOWHERE} is not here" in said
    assert "coursekit fetch venv/tiny" in said.replace("\n", " ").replace("  ", "")
    assert "not yet" not in said
    with open_practice(course) as practice:
        outcomes = [event.detail["outcome"] for event in practice.store.events() if event.what is What.CHECKED]
        assert set(outcomes) == {"error"}
        assert practice.standing("venv/tiny").step("first").failed_attempts == 0


def test_what_passes_all_the_same_has_passed(run: Run, course: Path, home: Path) -> None:
    run(course, "start", "venv/tiny")
    (home / "venv" / "tiny" / "made").touch()
    assert "passed, 4 points" in run(course, "check", "first")
    assert "Not this." in run(course, "answer", "ask", "1", code=1)  # a question needs no image
    assert json.loads(run(course, "check", "ask", "--json", code=1))["steps"]["ask"]["outcome"] == "failed"


def test_with_the_image_a_failure_is_one(run: Run, tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", images="[busybox:1.36]")
    assert "not here yet" not in run(course, "start", "venv/tiny")
    assert "not yet" in run(course, "check", "first", code=1)


def test_without_an_engine_nothing_is_claimed(
    run: Run, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    assert "not here yet" not in run(course, "start", "venv/tiny")
    assert "not yet" in run(course, "check", "first", code=1)
