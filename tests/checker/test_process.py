"""The checker process, spoken to as the app does: JSON lines, one request at a time, cancelled at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coursekit.checker.protocol import Request, cancel_line
from coursekit.model.shell_state import ShellState
from tests.courses import make_course


class Checker:
    """A checker process, its lines in and out."""

    def __init__(self, course: Path, workspace: Path) -> None:
        self._course, self._workspace = course, workspace
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coursekit.checker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def ask(self, number: int, exercise: str, *steps: str, passed: tuple[str, ...] = (), **changes: Any) -> None:
        request = Request(
            id=number,
            course=str(self._course),
            exercise=exercise,
            values={"name": "ada"} if exercise == "venv/tiny" else {},
            workspace=str(self._workspace),
            steps=steps,
            passed=passed,
            shell=changes.get("shell"),
            answers=changes.get("answers", {}),
            ledger=str(self._workspace.parent / "ledger.sqlite3"),
        )
        self.say(request.to_line())

    def say(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        heard: dict[str, Any] = json.loads(self.process.stdout.readline())
        return heard

    def answers(self) -> dict[str, str]:
        """The outcome of each step of the next request, to its end."""
        found = {}
        while "done" not in (heard := self.hear()):
            found[heard["step"]] = heard["verdict"]["outcome"]
        return found


@pytest.fixture
def checker(tmp_path: Path) -> Iterator[Checker]:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    checker = Checker(make_course(tmp_path / "course"), workspace)
    yield checker
    for stream in (checker.process.stdin, checker.process.stdout):
        assert stream is not None
        stream.close()
    checker.process.wait(10)


def test_steps_are_judged_in_order_and_a_pass_counts_for_the_next(checker: Checker, tmp_path: Path) -> None:
    checker.ask(1, "venv/tiny", "first", "ask", "last")
    assert checker.answers() == {"first": "failed", "ask": "skipped", "last": "skipped"}
    (tmp_path / "workspace" / "made").touch()
    (tmp_path / "workspace" / "again").touch()
    shell = ShellState(str(tmp_path / "workspace" / "below"))
    checker.ask(2, "venv/tiny", "first", "ask", "last", shell=shell, answers={"ask": "So"})
    assert checker.answers() == {"first": "passed", "ask": "passed", "last": "passed"}


def test_a_request_is_cancelled_while_it_runs(checker: Checker) -> None:
    checker.ask(1, "venv/slow", "wait")
    _until(lambda: _sleepers(checker.process.pid))
    began = time.monotonic()
    checker.say(cancel_line(1))
    assert checker.answers() == {"wait": "error"}
    assert time.monotonic() - began < 20  # and not 47
    assert not _sleepers(checker.process.pid)


def test_when_nobody_listens_any_more_it_ends_and_leaves_nothing(checker: Checker) -> None:
    checker.ask(1, "venv/slow", "wait")
    _until(lambda: _sleepers(checker.process.pid))
    assert checker.process.stdin is not None
    checker.process.stdin.close()
    assert checker.process.wait(20) == 0
    assert not _sleepers(os.getpid())


def test_a_mistake_in_the_exercise_is_an_error_not_a_failure(checker: Checker, tmp_path: Path) -> None:
    (tmp_path / "course/exercises/venv/tiny/exercise.yaml").write_text("title: [")
    checker.ask(1, "venv/tiny", "first", "last")
    assert checker.answers() == {"first": "error", "last": "error"}


def test_an_edit_of_the_exercise_is_seen_at_once(checker: Checker, tmp_path: Path) -> None:
    checker.ask(1, "venv/tiny", "first")
    assert checker.answers() == {"first": "failed"}
    path = tmp_path / "course/exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("check: {file: made}", "check: {not: {file: made}}"))
    checker.ask(2, "venv/tiny", "first")
    assert checker.answers() == {"first": "passed"}


def test_a_stopped_child_does_not_hold_it_up(checker: Checker, tmp_path: Path) -> None:
    path = tmp_path / "course/exercises/venv/slow/exercise.yaml"
    path.write_text(path.read_text().replace("limit: 60", "limit: 1"))
    checker.ask(1, "venv/slow", "wait")
    _until(lambda: _sleepers(checker.process.pid))
    for pid in _sleepers(checker.process.pid):
        os.kill(pid, signal.SIGSTOP)
    assert checker.answers() == {"wait": "failed"}


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _sleepers(parent: int) -> list[int]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            above = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
            if above == parent and b"47" in Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0"):
                found.append(int(name))
        except OSError:
            continue
    return found
