"""Guards on every test: nothing is left running, and nothing outside of the test's own folders is touched."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine_guard import EngineGuard
from tests.engines import buildkit as buildkit
from tests.engines import daemon as daemon
from tests.engines import engine as engine
from tests.engines import ledger as ledger
from tests.engines import short as short
from tests.engines import things as things

REQUIRE_ALL = "COURSEKIT_REQUIRE_ALL"
"""Set (as CI does), a test that would be skipped because a tool is missing fails instead."""


@dataclass(frozen=True)
class Moment:
    """What a test must leave as it was."""

    children: frozenset[int]
    threads: frozenset[int | None]
    folder: str
    environment: dict[str, str]
    temporary: frozenset[str]
    home: frozenset[str]

    @classmethod
    def now(cls) -> Moment:
        return cls(
            children=_descendants(),
            threads=frozenset(thread.ident for thread in threading.enumerate()),
            folder=os.getcwd(),
            environment={name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
            temporary=frozenset(name for name in os.listdir(tempfile.gettempdir()) if name.startswith("coursekit-")),
            home=frozenset(os.listdir(Path.home())) - {".cache"},
        )

    def complaints(self, before: Moment) -> list[str]:
        """What is not as it was."""
        found = [f"a process is left: {_command(pid)}" for pid in self.children - before.children]
        found += [f"a thread is left: {ident}" for ident in self.threads - before.threads]
        found += [f"a folder is left: {name}" for name in self.temporary - before.temporary]
        found += [f"something new is in the home: {name}" for name in self.home - before.home]
        if self.folder != before.folder:
            found.append(f"the current folder is now {self.folder}")
        if self.environment != before.environment:
            found.append("the environment variables are others")
        return found


def _descendants() -> frozenset[int]:
    """Every living process that this one started, directly or not: it is a subreaper, so that none escapes."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc") if sys.platform.startswith("linux") else ():
        if name.isdigit():
            try:
                stat = Path("/proc", name, "stat").read_bytes()
            except OSError:
                continue
            state, parent = stat[stat.rindex(b")") + 2 :].split(None, 2)[:2]
            if state not in (b"Z", b"X"):
                parents[int(name)] = int(parent)
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        parent_id = waiting.pop()
        fresh = [pid for pid, parent in parents.items() if parent == parent_id and pid not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(found)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return f"process {pid}"


class Guard:
    """Compares the moment before a test with the moment after it. The items of one exercise share a stage."""

    def __init__(self) -> None:
        self._before: Moment | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        if self._before is None:
            self._before = Moment.now()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        try:
            result = yield
        except BaseException as error:
            if complaint := self._complaint(item, nextitem):
                error.add_note(complaint)
            raise
        if complaint := self._complaint(item, nextitem):
            pytest.fail(complaint, pytrace=False)
        return result

    def _complaint(self, item: pytest.Item, nextitem: pytest.Item | None) -> str:
        """What the test has left behind; what comes next begins anew, however the test ended."""
        shared = not isinstance(item, pytest.Function) and nextitem is not None and nextitem.parent is item.parent
        if shared or self._before is None:
            return ""
        before, self._before = self._before, None
        complaints = _settled(before)
        return "this test left something behind:\n  " + "\n  ".join(complaints) if complaints else ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.skipped and os.environ.get(REQUIRE_ALL) and not hasattr(report, "wasxfail"):
            report.outcome = "failed"
        return report


def _settled(before: Moment) -> list[str]:
    """What is still not as it was after a moment: a process that was ended needs one to go."""
    deadline = time.monotonic() + 15.0
    while (complaints := Moment.now().complaints(before)) and time.monotonic() < deadline:
        _reap()
        time.sleep(0.02)
    return complaints


def _reap() -> None:
    """Reap orphans that came to this process; what `subprocess` still waits for is ended by `poll` all the same."""
    for pid in _zombie_children():
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            continue


def _zombie_children() -> Iterator[int]:
    for task in os.listdir("/proc/self/task") if sys.platform.startswith("linux") else ():
        children = Path(f"/proc/self/task/{task}/children")
        if children.is_file():
            yield from map(int, children.read_text().split())


def pytest_configure(config: pytest.Config) -> None:
    # A folder for temporary files of this run alone: what another run leaves for a moment is not taken for ours.
    folder = tempfile.mkdtemp(prefix="tests-")
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    os.environ["COURSEKIT_HOME"] = f"{folder}/home"  # for what is no test function; those get one of their own
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what a test leaves behind comes to us
    config.pluginmanager.register(Guard())
    if os.environ.get(REQUIRE_ALL):
        config.pluginmanager.register(EngineGuard())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A coursekit home of the test's own; nobody's real one is ever touched."""
    folder = tmp_path / "coursekit-home"
    monkeypatch.setenv("COURSEKIT_HOME", str(folder))
    return folder
