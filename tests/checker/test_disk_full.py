"""A disk that is really full: the builder's line is the student's to read, and no check calls it their failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.checker import checking
from coursekit.checker.checking import check_steps
from coursekit.checks.image import ImageCheck
from coursekit.model.check import Single
from coursekit.model.exercise import Exercise, Made, Step
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome, Verdict
from tests.engines import BUSYBOX, Daemon, Things, docker, second_daemon

pytestmark = pytest.mark.containers
DOCKERFILE = f"FROM {BUSYBOX}\nRUN dd if=/dev/zero of=/large bs=1M count=900\n"
HERE = "the container engine's disk has room"


@pytest.fixture
def small(things: Things, short: Path) -> Iterator[Daemon]:
    """An engine whose whole disk has room for busybox, and hardly more."""
    with second_daemon(short, room="130m") as own:
        yield own


def judged(daemon: Daemon, folder: Path, check: ImageCheck) -> Verdict:
    makes = (Made("image", check.name),)
    exercise = Exercise(
        "containers/one", "", "", 1, (Step("build", "", 1, Single("image", check), ""),), "", folder, {}, "", makes
    )
    shell = ShellState(str(folder), {"DOCKER_HOST": daemon.host})
    [(_, verdict)] = check_steps(
        exercise, ["build"], workspace=folder, shell=shell, answers={}, passed=(), ledger=folder / "ledger.sqlite3"
    )
    return verdict


def test_a_build_on_a_full_disk(small: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    missing = ImageCheck("ckt-large:1", dockerfile="Dockerfile")
    before = judged(small, tmp_path, missing)
    assert before.outcome is Outcome.FAILED, "there is room, and nothing was built"
    said = docker("build", "--tag", "ckt-large:1", str(tmp_path), host=small.host, check=False)
    assert "No space left on device" in said
    verdict = judged(small, tmp_path, missing)
    assert verdict.outcome is Outcome.ERROR
    [finding] = verdict.findings
    assert finding.claim == HERE
    assert finding.observed.endswith(f" MB are left in {small.socket.parent}/data")
    assert "docker system df" in verdict.what_to_do
    assert "coursekit clean" in verdict.what_to_do
    with monkeypatch.context() as patch:
        patch.setattr(checking, "room", lambda _: None)
        assert judged(small, tmp_path, missing).outcome is Outcome.FAILED, "without a look at the disk"


def test_a_check_that_needs_room_for_itself(small: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a pass nor a failure, also where the disk cannot be looked at, and it is said what is the matter."""
    runs = ImageCheck(BUSYBOX, run=("true",))
    assert judged(small, tmp_path, runs).outcome is Outcome.PASSED
    with (small.socket.parent / "data" / "filling").open("wb", buffering=0) as filling:
        while True:
            try:
                filling.write(bytes(1 << 16))
            except OSError:
                break
    monkeypatch.setattr(checking, "room", lambda _: None)
    verdict = judged(small, tmp_path, runs)
    assert verdict.outcome is Outcome.ERROR
    assert verdict.findings[0].observed.startswith("There is no room left on the container engine's disk.")
