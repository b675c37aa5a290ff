"""Images by BuildKit, with which Docker Desktop and newer engines build: judged as those of the older builder are."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from coursekit.checks import image as image_kind
from coursekit.checks.context import CheckContext
from coursekit.checks.image import ImageCheck, Reuse
from coursekit.checks.judging import judge
from coursekit.course.locate import find_course
from coursekit.model.check import Single
from coursekit.model.verdict import Finding, Outcome
from coursekit.rehearsal.rehearsal import Rehearsal
from coursekit.shell.local import LocalPlace
from coursekit.technologies.engine.connection import Engines
from tests.engines import BUSYBOX, Recorded, Things, docker, until

pytestmark = [pytest.mark.containers, pytest.mark.usefixtures("buildkit")]
DOCKERFILE = f"""\
FROM {BUSYBOX}
ARG made=when
ENV WHO=me
WORKDIR /app
COPY list.txt ./
RUN echo $made && \\
    cat list.txt >/copy
COPY . .
USER 65534
CMD ["cat", "/app/note.txt"]
"""


def build(folder: Path, name: str, *options: str) -> str:
    """As a student types it; gives what the builder said."""
    words = ["docker", "build", "--progress=plain", *options, "-t", name, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path, things: Things) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "list.txt").write_text(f"{things.word}\n")
    (tmp_path / "note.txt").write_text("one\n")
    return tmp_path


def judged(folder: Path, check: ImageCheck) -> Finding:
    with LocalPlace(folder) as place, Engines() as engines:
        ledger = Recorded(folder.parent / "ledger.sqlite3")
        return judge(Single("any", check), CheckContext(place, engines=engines, ledger=ledger))[1][0]


def test_it_was_built_from_the_dockerfile(things: Things, folder: Path) -> None:
    name = things.name()
    build(folder, name)
    whole = {"base": BUSYBOX, "dockerfile": "Dockerfile", "files": {"/app/note.txt": "note.txt"}, "user": "65534"}
    finding = judged(folder, ImageCheck(name, **whole, run="", prints="one"))  # type: ignore[arg-type]
    assert finding.outcome is Outcome.PASSED, finding
    for line, other in (
        ("cat list.txt >/copy", "cat list.txt >/other"),
        ('CMD ["cat"', 'CMD ["ls"'),
        ("USER 65534\n", ""),
    ):
        (folder / "Dockerfile").write_text(DOCKERFILE.replace(line, other))
        found = judged(folder, ImageCheck(name, dockerfile="Dockerfile"))
        assert (found.outcome is Outcome.FAILED) == bool(other), found


def test_what_the_builder_took_from_its_cache(things: Things, folder: Path) -> None:
    """By what it says itself: CACHED, or the step done again."""
    first, second, third = things.name(), things.name(), things.name()
    build(folder, first)
    (folder / "note.txt").write_text("two\n")
    assert "CACHED" in build(folder, second)
    reuse = Reuse(first, "cat list.txt")
    assert judged(folder, ImageCheck(second, reuses=reuse)).outcome is Outcome.PASSED
    (folder / "list.txt").write_text(f"{things.word} is another\n")
    build(folder, third)
    found = judged(folder, ImageCheck(third, reuses=reuse))
    assert found.outcome is Outcome.FAILED
    assert judged(folder, ImageCheck(third, reuses=Reuse(third, "cat"))).observed.endswith("one and the same image")


def test_a_step_that_the_cache_has_twice(things: Things, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exercise that is played once more builds what an old build had: an older result of the step is taken then.

    The builder does nothing again, and says so; the two images have no layer of that step in common.
    """
    before, first, second, again = (things.name() for _ in range(4))
    (folder / "note.txt").write_text("two\n")
    build(folder, before)
    built = time.time()
    until(lambda: time.time() > built + 2)  # a history knows whole seconds
    (folder / "note.txt").write_text("one\n")
    build(folder, first, "--no-cache")
    (folder / "note.txt").write_text("two\n")
    said = build(folder, second)
    assert "RUN echo" in said
    assert said.count("CACHED") >= 4, said
    assert docker("image", "inspect", "--format", "{{.RootFS}}", first) != docker(
        "image", "inspect", "--format", "{{.RootFS}}", second
    )
    check = ImageCheck(second, reuses=Reuse(first, "cat list.txt"))
    assert judged(folder, check).outcome is Outcome.PASSED
    built = time.time()
    until(lambda: time.time() > built + 2)
    build(folder, again, "--no-cache")
    assert judged(folder, ImageCheck(again, reuses=Reuse(first, "cat list.txt"))).outcome is Outcome.FAILED
    monkeypatch.setattr(image_kind, "_by_buildkit", lambda _: False)
    assert judged(folder, check).outcome is Outcome.FAILED


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("exercise", ["dockerfile", "layers", "share"])
def test_exercises_played_with_buildkit(exercise: str, request: pytest.FixtureRequest) -> None:
    with Rehearsal(find_course(), f"containers/{exercise}") as rehearsal:
        complaints = [complaint for way in (rehearsal.solution, *rehearsal.ways) for complaint in rehearsal.play(way)]
        for mistake in rehearsal.mistakes if request.config.getoption("mistakes") else ():
            complaints += rehearsal.play_mistake(mistake)
    assert not complaints, "\n".join(complaints)
