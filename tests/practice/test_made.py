"""What a student made in an engine: found although it has lost its name, and nobody else's is."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.checker.checking import check_steps
from coursekit.checks.image import ImageCheck
from coursekit.model.check import Single
from coursekit.model.exercise import Exercise, Made, Step
from coursekit.practice.made import find_made, remove_made
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.things import with_tag
from tests.engines import BUSYBOX, Things, docker, push, until

pytestmark = pytest.mark.containers


@pytest.fixture(params=["", ":1"], ids=["latest", "a-tag"])
def exercise(things: Things, tmp_path: Path, request: pytest.FixtureRequest) -> Exercise:
    """It makes an image and a container, and asks for the image."""
    word, tag = things.name(), request.param
    steps = (Step("look", "Look", 1, Single("image", ImageCheck(word + tag)), ""),)
    makes = (Made("container", f"{word}-c"), Made("image", word + tag), Made("volume", f"{word}-v"))
    return Exercise("containers/one", "One", "One.", 1, steps, "", tmp_path, {}, "", makes)


def checked(exercise: Exercise, folder: Path) -> None:
    checking = check_steps(
        exercise, ["look"], workspace=folder, shell=None, answers={}, passed=(), ledger=folder / "ledger.sqlite3"
    )
    assert len(list(checking)) == 1


def built(things: Things, exercise: Exercise, number: int) -> str:
    """The exercise's image, by its identifier."""
    name = exercise.makes[1].name
    things.built(f"FROM {BUSYBOX}\nLABEL made={things.word}\nRUN echo {number} >/number\n", name=name)
    return docker("image", "inspect", "--format", "{{.Id}}", name)


def test_an_image_that_was_built_again_is_found(
    exercise: Exercise, things: Things, engine: Engine, tmp_path: Path
) -> None:
    """With it go the nameless ones on which it was built. A nameless one that never had the name stays."""
    theirs = docker(
        "build", "--quiet", "-", stdin=f"FROM {BUSYBOX}\nLABEL made={things.word}\nRUN echo >/theirs\n".encode()
    )
    numbered = [built(things, exercise, 1)]
    checked(exercise, tmp_path)
    numbered.append(built(things, exercise, 2))
    checked(exercise, tmp_path)
    numbered.append(built(things, exercise, 3))
    made = find_made(exercise, tmp_path, ledger=tmp_path / "ledger.sqlite3")
    assert [(thing.kind, thing.name) for thing in made] == [
        ("image", exercise.makes[1].name),
        *(("image", image) for image in numbered[:2]),
    ]
    old = numbered[0].removeprefix("sha256:")[:12]
    assert str(made[1]) == f"the image {old}, which was called {with_tag(exercise.makes[1].name)}"
    assert remove_made(made, tmp_path) == []
    assert find_made(exercise, tmp_path, ledger=tmp_path / "ledger.sqlite3") == []
    left = docker("images", "--all", "--quiet", "--no-trunc", "--filter", f"label=made={things.word}").split()
    assert theirs in left
    docker("rmi", theirs)
    left = docker("images", "--all", "--quiet", "--no-trunc", "--filter", f"label=made={things.word}").split()
    assert left == []


def test_without_having_been_seen_it_is_nobodys(
    exercise: Exercise, things: Things, engine: Engine, tmp_path: Path
) -> None:
    """No check came between the two builds."""
    first = built(things, exercise, 1)
    built(things, exercise, 2)
    try:
        assert [made.was for made in find_made(exercise, tmp_path, ledger=tmp_path / "ledger.sqlite3")] == [""]
    finally:
        docker("rmi", first)


def test_one_of_which_somebody_has_a_container_is_left_alone(
    exercise: Exercise, things: Things, engine: Engine, tmp_path: Path
) -> None:
    first = built(things, exercise, 1)
    checked(exercise, tmp_path)
    built(things, exercise, 2)
    ledger = tmp_path / "ledger.sqlite3"
    theirs = things.container(image=first)
    assert [made.was for made in find_made(exercise, tmp_path, ledger=ledger)] == [""]
    docker("rm", "--force", theirs)
    things.container(image=first, name=exercise.makes[0].name)
    made = find_made(exercise, tmp_path, ledger=ledger)
    assert [thing.kind for thing in made] == ["container", "image", "image"]
    assert remove_made(made, tmp_path) == []
    assert engine.image(first) is None


def test_one_that_was_pulled_by_its_digest_is_found(things: Things, engine: Engine, tmp_path: Path) -> None:
    """It has no tag. Its repository bears the drawn name, and that is enough; another repository's stays."""
    registry = things.container(
        "/etc/docker/registry/config.yml", image="registry:2", options=("-p", "127.0.0.1::5000")
    )
    address = docker("port", registry, "5000").splitlines()[0]
    word = things.name()
    until(
        lambda: (
            "starting" in docker("logs", registry, check=False) or "listening" in docker("logs", registry, check=False)
        )
    )
    digests = []
    for repository in (f"{address}/{word}", f"{address}/{word}-other"):
        source = things.built(f"FROM {BUSYBOX}\nLABEL made={things.word} in={repository}\n")
        docker("tag", source, f"{repository}:1.0")
        push(f"{repository}:1.0")
        digest = docker("image", "inspect", "--format", "{{index .RepoDigests 0}}", f"{repository}:1.0")
        docker("rmi", source, f"{repository}:1.0")
        docker("pull", digest)
        digests.append(digest)
    exercise = Exercise(
        "containers/one", "", "", 1, (), "", tmp_path, {}, "", (Made("image", f"{address}/{word}:1.0"),)
    )
    try:
        made = find_made(exercise, tmp_path, ledger=tmp_path / "ledger.sqlite3")
        assert made == [Made("image", digests[0])]
        assert remove_made(made, tmp_path) == []
        assert [engine.image(digest) is None for digest in digests] == [True, False]
    finally:
        docker("rmi", digests[1])
