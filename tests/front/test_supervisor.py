"""The app is quit, killed, stopped and crashed: the terminal is given back, nothing is left, the exit code is true."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coursekit.supervisor import supervisor as supervisor_module
from coursekit.supervisor import terminal as terminal_module
from tests.courses import make_course
from tests.terminals import Terminal, coursekit


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Terminal]:
    with coursekit(make_course(tmp_path / "course"), tmp_path / "home") as terminal:
        terminal.shows("A tiny course", "Tiny", "Quit")
        yield terminal


def child(parent: int, module: str) -> int:
    """The process of a module among those that a process started, directly or not."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
                ancestor = int(name)
                while ancestor > 1 and ancestor != parent:
                    ancestor = int(Path(f"/proc/{ancestor}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if ancestor == parent and module.encode() in words:
                return int(name)
        time.sleep(0.02)
    raise AssertionError(f"no process of {module}")


def ends(pid: int) -> None:
    """Wait until a process has gone."""
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, "what the check had started is left"
        time.sleep(0.02)


def test_quitting(tmp_path: Path) -> None:
    """It takes less than a second; where the machine is busy with something else, it may be tried twice more."""
    course = make_course(tmp_path / "course")

    def quits() -> float:
        with coursekit(course, tmp_path / "home") as app:
            app.shows("A tiny course", "Tiny", "Quit")
            began = time.monotonic()
            app.press("q")
            assert app.wait() == 0
            took = time.monotonic() - began
            assert app.restored
        return took

    assert any(quits() < 1 for _ in range(3))


def test_without_a_folder_for_temporary_files_it_is_said_what_to_do(tmp_path: Path) -> None:
    with coursekit(make_course(tmp_path / "course"), tmp_path / "home", TMPDIR=f"{tmp_path}/none") as terminal:
        assert terminal.wait() == 4
        said = terminal.text.replace("\n", "")
    assert f"The folder for temporary files cannot be made: {tmp_path}/none/coursekit-app-" in said
    assert "(No such file or directory)" in said
    assert "TMPDIR=FOLDER coursekit" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_told_to_end(app: Terminal, number: signal.Signals) -> None:
    os.kill(app.pid, number)
    assert app.wait() == 128 + number
    assert app.restored


def test_the_app_is_killed(app: Terminal) -> None:
    os.kill(child(app.pid, "coursekit.app"), signal.SIGKILL)
    assert app.wait() == 137
    assert app.restored
    assert "Your work and your points are kept" in app.text


def test_the_supervisor_is_killed(app: Terminal) -> None:
    inner = child(app.pid, "coursekit.app")
    os.kill(app.pid, signal.SIGKILL)
    assert app.wait() == 137
    deadline = time.monotonic() + 20
    while Path(f"/proc/{inner}").exists() and b"Z" not in Path(f"/proc/{inner}/stat").read_bytes().split()[2:3]:
        assert time.monotonic() < deadline, "the app outlived its supervisor"
        time.sleep(0.02)


def test_stopping_and_going_on(app: Terminal) -> None:
    app.press("Ctrl+Z")
    app.stopped()
    assert app.restored
    os.kill(app.pid, signal.SIGCONT)
    app.shows("A tiny course", "Tiny")
    app.press("Down")
    app.press("q")
    assert app.wait() == 0
    assert app.restored


def test_quitting_while_a_check_runs(app: Terminal) -> None:
    app.press("Down", "Down", "Enter")
    app.shows("Slow", "Wait (1 point)", "venv/slow")
    app.press("F2")
    app.shows("checking step 1")
    child(app.pid, "47")  # it would sleep for so many seconds
    app.press("F10")
    app.shows("A tiny course", "Quit")
    app.press("q")
    assert app.wait() == 0


def test_a_check_is_cancelled(app: Terminal) -> None:
    app.press("Down", "Down", "Enter")
    app.shows("Wait (1 point)", "venv/slow")
    app.press("F2")
    app.shows("checking step 1")
    sleeping = child(app.pid, "47")
    app.press("Escape")
    app.shows("You stopped the check of step 1.")
    ends(sleeping)
    app.press("F2")
    app.shows("checking step 1")


def test_the_checker_is_killed(app: Terminal) -> None:
    app.press("Down", "Down", "Enter")
    app.shows("Wait (1 point)", "venv/slow")
    app.press("F2")
    app.shows("checking step 1")
    sleeping = child(app.pid, "47")
    checker = int(Path(f"/proc/{sleeping}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(checker, signal.SIGKILL)
    app.shows("could not check (not your fault)", "Check once more")
    ends(sleeping)


CRASH = """
import sys
from coursekit.app.screens.course_map import CourseMap
def crash(self, event):
    if event.key == "x":
        raise RuntimeError("a bug")
CourseMap.on_key = crash
from coursekit.app.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Callable[[str], Terminal]]:
    """The supervisor with another app; ``before`` is run in the supervisor's process first."""
    opened: list[Terminal] = []

    def start(before: str = "") -> Terminal:
        course = make_course(tmp_path / "course")
        (tmp_path / "app.py").write_text(CRASH)
        code = (
            f"import sys; from coursekit.supervisor.supervisor import Supervisor; {before}\n"
            f"app = [sys.executable, '-P', {str(tmp_path / 'app.py')!r}, '--course', {str(course)!r}]\n"
            "sys.exit(Supervisor(app, [sys.executable, '-P', '-m', 'coursekit.checker']).run())"
        )
        environment = {"COURSEKIT_HOME": str(tmp_path / "ck"), "HOME": str(tmp_path)}
        opened.append(Terminal([sys.executable, "-c", code], environment))
        opened[-1].shows("A tiny course", "Quit")
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.__exit__(None, None, None)


def test_a_bug_in_the_app_is_said_plainly_and_kept_in_a_log(
    supervised: Callable[[str], Terminal], tmp_path: Path
) -> None:
    terminal = supervised("")
    terminal.press("x")
    assert terminal.wait() == 70
    assert terminal.restored
    assert "a mistake of its own" in terminal.text
    assert "Traceback" not in terminal.text
    [log] = (tmp_path / ".local").rglob("crash-*.log")
    assert "RuntimeError: a bug" in log.read_text()
    assert log.name in terminal.text.replace("\n", "")


def test_without_the_guard_a_kill_leaves_the_terminal_torn(supervised: Callable[[str], Terminal]) -> None:
    """The defence switched off: the test above would see it."""
    assert supervisor_module.TerminalGuard is terminal_module.TerminalGuard
    terminal = supervised(
        "from coursekit.supervisor import supervisor as s; s.TerminalGuard.give_back = lambda *a, **k: None"
    )
    os.kill(child(terminal.pid, "--control"), signal.SIGKILL)
    assert terminal.wait() == 137
    assert not terminal.restored
