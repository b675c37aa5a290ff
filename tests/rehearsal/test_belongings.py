"""What a rehearsal makes in an engine: nobody else's is touched, nothing of it stays, what a kill leaves is known."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.checks import KINDS
from coursekit.course.exercises import read_exercise
from coursekit.errors import CourseError, ExitCode
from coursekit.model.solution import Type
from coursekit.progress.ledger import Ledger
from coursekit.rehearsal.rehearsal import rehearse
from coursekit.rehearsal.stage import Stage
from coursekit.technologies.engine import own
from coursekit.technologies.engine.connection import Engine
from tests.courses import make_course
from tests.engines import BUSYBOX, Things, docker, until

pytestmark = pytest.mark.containers
EXERCISE = """\
title: Box
summary: Things in an engine.
minutes: 1
makes:
  - image: {word}-i
  - image: {word}-t
  - container: {word}-c
  - volume: {word}-v
  - network: {word}-n
steps:
  - id: build
    title: Build
    points: 1
    must_hold: end
    check: {{image: {{name: {word}-i, dockerfile: Dockerfile, run: "", prints: hello}}}}
  - id: run
    title: Run
    points: 1
    check: {{container: {{name: {word}-c, state: running, image: {word}-i, mounts: [{{at: /v, volume: {word}-v}}]}}}}
  - id: tag
    title: Tag
    points: 1
    check: {{image: {{name: {word}-t, same_as: "busybox:1.36"}}}}
"""
SOLUTION = """\
build:
  - type: docker build -t {word}-i .
run:
  - type: docker network create {word}-n
  - type: docker run -d --init --name {word}-c --network {word}-n -v {word}-v:/v {word}-i sleep 600
tag:
  - type: docker tag busybox:1.36 {word}-t
"""
WRONG = """\
title: Ended
after: tag
do: [{{type: docker stop -t 0 {word}-c}}]
fails: run
says: has ended
"""


@pytest.fixture
def course(things: Things, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    folder = make_course(tmp_path / "course")
    lab = folder / "labs" / "one" / "lab.yaml"
    lab.write_text(lab.read_text().replace("venv/slow", "venv/box"))
    box = folder / "exercises" / "venv" / "box"
    (box / "start").mkdir(parents=True)
    (box / "wrong").mkdir()
    things.name()
    for name, text in (("exercise.yaml", EXERCISE), ("solution.yaml", SOLUTION), ("wrong/ended.yaml", WRONG)):
        (box / name).write_text(text.format(word=things.word))
    (box / "guide.md").write_text("# Box\n\n## build\n\nOne.\n\n## run\n\nTwo.\n\n## tag\n\nThree.\n")
    dockerfile = f'FROM {BUSYBOX}\nLABEL made={things.word}\nRUN echo hello >/hello\nCMD ["cat", "/hello"]\n'
    (box / "start" / "Dockerfile").write_text(dockerfile)
    return folder


def left(things: Things) -> list[str]:
    """What bears the test's word, or was built with it as its label, by the engine's own lists."""
    mine, made = f"name={things.word}", f"label=made={things.word}"
    found = docker("ps", "--all", "--filter", mine, "--format", "container {{.Names}}").splitlines()
    found += docker("ps", "--all", "--filter", made, "--format", "container {{.ID}}").splitlines()
    for kind in ("volume", "network"):
        found += docker(kind, "ls", "--filter", mine, "--format", f"{kind} {{{{.Name}}}}").splitlines()
    found += docker("images", "--all", "--filter", made, "--format", "image {{.Repository}} {{.ID}}").splitlines()
    names = docker("images", "--format", "{{.Repository}}").splitlines()
    return found + [f"image {name}" for name in names if things.word in name]


def test_all_of_it_comes_and_goes(course: Path, things: Things, engine: Engine, home: Path) -> None:
    base = engine.image(BUSYBOX)
    assert rehearse(course, "venv/box", lambda _: None).complaints == []
    assert left(things) == []
    after = engine.image(BUSYBOX)
    assert after is not None
    assert base is not None
    assert (after["Id"], after["RepoTags"]) == (base["Id"], base["RepoTags"]), "it bore our name, and is another's"
    assert Ledger(home / ".coursekit" / "ledger.sqlite3").entries() == []


@pytest.mark.parametrize("kind", ["container", "image", "volume", "network"])
def test_what_is_there_already_is_named_and_not_touched(
    course: Path, things: Things, engine: Engine, kind: str
) -> None:
    name = f"{things.word}-{kind[0]}"
    match kind:
        case "container":
            things.container(name=name)
        case "image":
            docker("tag", BUSYBOX, name)
        case _:
            docker(kind, "create", name)
    before = getattr(engine, kind)(name)
    said: list[str] = []
    with pytest.raises(CourseError) as caught:
        rehearse(course, "venv/box", said.append)
    assert caught.value.message.endswith(f"because there is already the {kind} {name}.")
    assert caught.value.exit_code is ExitCode.COULD_NOT_CHECK
    assert said == []
    assert getattr(engine, kind)(name) == before
    assert len(left(things)) == 1


def test_the_nameless_images_of_a_build_go_and_those_of_before_stay(
    course: Path, things: Things, engine: Engine, tmp_path: Path
) -> None:
    """The older builder takes somebody else's steps from its cache; a quiet one shows none of its own."""
    box = course / "exercises/venv/box"
    lines = (box / "start" / "Dockerfile").read_text().splitlines(keepends=True)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "Dockerfile").write_text("".join(lines[:2]))
    identifier = docker("build", "--quiet", str(theirs))
    solution = box / "solution.yaml"
    solution.write_text(solution.read_text().replace("docker build -t", "docker build -q -t"))
    try:
        assert rehearse(course, "venv/box", lambda _: None).complaints == []
        assert left(things) == [f"image <none> {identifier.removeprefix('sha256:')[:12]}"]
    finally:
        docker("rmi", identifier)
    assert engine.image(identifier) is None


def test_without_an_engine_it_is_not_played(course: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
        report = rehearse(course, "venv/box", lambda _: None)
    assert "No container engine answers" in report.lacking
    assert (report.steps, report.complaints) == (0, [])


def test_an_error_in_the_middle_leaves_nothing(course: Path, things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.rehearsal import stage

    monkeypatch.setattr(stage, "LONGEST_COMMAND", 15.0)
    solution = course / "exercises/venv/box/solution.yaml"
    solution.write_text(solution.read_text().replace("docker tag", "sleep 600; docker tag"))
    with pytest.raises(CourseError, match="sleep 600"):
        rehearse(course, "venv/box", lambda _: None)
    assert left(things) == []


def killed(course: Path, things: Things, folder: Path, seen: Callable[[], bool]) -> None:
    """A rehearsal that is killed at a certain moment; what its shell had begun ends with it."""
    command = [sys.executable, "-m", "coursekit", "--course", str(course), "author", "test", "venv/box"]
    known = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, env=known)
    try:
        until(seen, 60)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("moment", ["a container runs", "in the middle of a build"])
def test_what_a_kill_leaves_is_removed_by_the_next(
    course: Path, things: Things, engine: Engine, home: Path, tmp_path: Path, moment: str
) -> None:
    """By names that were entered before anything bore them. What others have is as it was."""
    solution = course / "exercises/venv/box/solution.yaml"
    played = solution.read_text()
    waits = {
        "a container runs": ("docker tag", "sleep 600; docker tag"),
        "in the middle of a build": ("run:\n", f"  - type: docker build -t {things.word}-t again\nrun:\n"),
    }
    again = course / "exercises/venv/box/start/again"
    again.mkdir()
    (again / "Dockerfile").write_text(f"FROM {things.word}-i\nRUN sleep 500\n")
    solution.write_text(played.replace(*waits[moment]))
    base = engine.image(BUSYBOX)
    decoys = [things.container(), things.container(name=f"{things.word}-c2"), things.volume(), things.network()]
    before = left(things)
    there = f"container {things.word}-c"

    def building() -> bool:
        return "sleep 500" in docker("ps", "--no-trunc", "--filter", f"label=made={things.word}")

    killed(course, things, tmp_path, building if "build" in moment else lambda: there in left(things))
    ledger = Ledger(home / ".coursekit" / "ledger.sqlite3")
    assert [entry.kind for entry in ledger.abandoned()] == ["rehearsed"]
    assert left(things) != before
    solution.write_text(played)
    until(lambda: not building())
    assert rehearse(course, "venv/box", lambda _: None).complaints == []
    assert sorted(left(things)) == sorted(before)
    assert ledger.entries() == []
    assert len(decoys) == 4
    after = engine.image(BUSYBOX)
    assert after
    assert base
    assert (after["Id"], after["RepoTags"]) == (base["Id"], base["RepoTags"])


def test_what_was_made_when_a_killed_rehearsal_lived_no_more_is_not_its_own(
    course: Path, things: Things, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It bears the name, and may be anybody's: the next rehearsal names it and does not begin."""
    solution = course / "exercises/venv/box/solution.yaml"
    solution.write_text(solution.read_text().replace("docker tag", "sleep 600; docker tag"))
    killed(course, things, tmp_path, lambda: f"container {things.word}-c" in left(things))
    ended = time.time()
    docker("rm", "--force", f"{things.word}-c")
    monkeypatch.setattr(own, "LONGEST_COMMAND", 5.0)
    until(lambda: time.time() > ended + 6, 20)
    mine = things.container(name=f"{things.word}-c")
    with pytest.raises(CourseError, match=f"there is already the container {mine}"):
        rehearse(course, "venv/box", lambda _: None)
    assert left(things) == [f"container {mine}"]
    assert Ledger(home / ".coursekit" / "ledger.sqlite3").entries() == []


def test_the_stage_reaches_the_engine_that_its_author_reaches(
    course: Path, things: Things, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A context is kept in the home, and the stage has one of its own."""
    host = "unix:///var/run/../run/docker.sock"
    docker("--config", str(tmp_path / ".docker"), "context", "create", "mine", "--docker", f"host={host}")
    docker("--config", str(tmp_path / ".docker"), "context", "use", "mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    exercise = read_exercise(course, "venv/box", kinds=KINDS)
    with Stage(exercise) as stage:
        assert host in stage.play(Type("echo at $DOCKER_HOST"))
        assert stage.shell is not None
        assert stage.shell.variables["DOCKER_HOST"] == host
