"""What goes wrong around an exercise: it is said, and the app goes on."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
from pathlib import Path

import pytest
from textual.widgets import Static

from coursekit.app.control import Control
from coursekit.app.screens.course_map import CourseMap
from coursekit.app.screens.dialogs import Choose
from coursekit.errors import CourseError
from tests.app.conftest import OpenApp, OwnCheckers


async def test_a_mistake_in_a_check_is_said_and_the_next_check_runs(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app() as student:
        await student.open()
        await student.looked()

        async def stumble(*_: object) -> None:
            raise RuntimeError("a bug")

        with monkeypatch.context() as patch:
            patch.setattr(student.screen._checking, "check", stumble)
            await student.press("f2")
            await student.until(lambda: "a mistake of coursekit's own" in student.panel)
        [log] = tmp_path.rglob("crash-*.log")
        assert "RuntimeError: a bug" in log.read_text()
        await student.press("f2")
        await student.until(lambda: "found: nothing is there" in student.panel)


async def test_esc_twice_waits_for_a_checker_that_does_not_answer(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.looked()
        await student.press("f2")
        await student.until(lambda: "found: nothing is there" in student.panel)
        await student.press("escape")
        assert isinstance(student.app.checkers, OwnCheckers)
        [checker] = student.app.checkers.numbers
        os.kill(checker, signal.SIGSTOP)
        try:
            await student.press("f2")
            await student.until(lambda: "checking step 1" in student.news)
            await student.press("escape", "escape")
            await student.until(lambda: student.news == "You stopped the check of step 1. F2 checks it again.")
            await student.press("f2")
            await student.until(lambda: student.panel)
        finally:
            os.kill(checker, signal.SIGCONT)  # it finds its line closed, and ends
        assert "found: nothing is there" in student.panel
        assert len(student.app.checkers.numbers) == 2


async def test_an_exercise_that_changed_while_the_map_was_open_is_not_opened(
    open_app: OpenApp, course: Path, home: Path
) -> None:
    async with open_app() as student:
        for name in ("exercise.yaml", "guide.md", "solution.yaml"):
            path = course / "exercises/venv/tiny" / name
            path.write_text(path.read_text().replace("last", "very-last"))
        await student.press("down", "enter")
        await student.until(lambda: isinstance(student.app.screen, Choose))
        asked = str(student.app.screen.query_one(Static).render())
        assert "The course has changed since coursekit was started.\nQuit and start coursekit again." in asked
        assert not (home / "venv" / "tiny").exists()
        await student.press("b")
        await student.until(lambda: isinstance(student.app.screen, CourseMap))


async def test_a_shell_without_room_for_its_files_is_opened_once_there_is(open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app() as student:
        (tmp_path / "runtime").rmdir()
        student.app.open_item("venv/tiny")
        await student.opened()
        await student.until(lambda: student.panel.startswith("Your shell cannot be opened"))
        assert f"{tmp_path}/runtime (No such file or directory)" in student.panel
        (tmp_path / "runtime").mkdir()
        await student.press("enter")
        await student.until(lambda: student.terminal.at_prompt)
        assert "A new shell, in the folder of this exercise." in student.shell


async def test_a_shell_whose_folder_was_begun_anew_elsewhere_is_said_to_be_in_the_old_one(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        student.practice.reset("venv/tiny")  # as `coursekit reset` in another terminal does
        await student.until(lambda: student.panel.startswith("The folder of this exercise is a new one"))
        await student.type("touch made")
        await student.until(lambda: student.terminal.at_prompt)
        await student.press("ctrl+@", "s")
        await student.until(lambda: "A new shell" in student.shell and student.terminal.at_prompt)
        assert student.panel == ""
        assert student.attempts == []
        await student.type("touch made")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points")


async def test_a_checker_that_nobody_waits_for_any_more_is_stopped() -> None:
    """Esc came before the supervisor had started it; who asked next has their own all the same."""
    ours, supervisor = socket.socketpair()
    supervisor.setblocking(False)
    gone = asyncio.Event()
    control = Control(ours.detach())
    control.listen(gone.set)
    first, second = asyncio.ensure_future(control.open()), asyncio.ensure_future(control.open())
    await asyncio.sleep(0)
    first.cancel()
    for number in (1, 2):
        end, line = socket.socketpair()
        with end, line:
            socket.send_fds(
                supervisor, [json.dumps({"op": "checker", "pid": number}).encode() + b"\n"], [line.fileno()]
            )
    async with asyncio.timeout(10):
        checker, number = await second
        checker.close()
        assert number == 2
        said = b""
        while b'"stop"' not in said:
            said += await asyncio.get_running_loop().sock_recv(supervisor, 1000)
        assert json.loads(said.splitlines()[-1]) == {"op": "stop", "pid": 1}
        supervisor.close()
        await gone.wait()


async def test_a_shell_that_ended_is_opened_anew_with_enter(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("exit")
        await student.until(lambda: "Your shell has ended. Enter opens a new one." in student.news)
        await student.press("enter")
        await student.until(lambda: student.terminal.at_prompt)
        await student.type("touch made")
        await student.until(lambda: "passed" in student.news)


async def test_marks_that_got_lost_are_noticed_and_brought_back(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("exec bash --norc")
        await student.until(lambda: "bash-" in student.shell)
        await student.type("touch made")
        await student.until(lambda: student.title == "Tiny · 4 of 7 points")  # quiet is enough for what is on the disk
        await student.type("true")
        await student.until(lambda: "^Space, then t, mends it" in student.news)
        await student.press("ctrl+@", "t")
        await student.until(lambda: "source " in student.shell)
        await student.press("enter")
        await student.until(lambda: student.terminal.at_prompt and not student.terminal.marks_missing)


async def test_progress_that_cannot_be_written_is_said_and_the_app_goes_on(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app() as student:
        await student.open()

        def full(*_: object, **__: object) -> bool:
            raise CourseError("The disk is full.", "Make room.")

        with monkeypatch.context() as patch:
            patch.setattr(student.practice, "record", full)
            await student.type("touch made")
            await student.until(lambda: "The disk is full.\nMake room." in student.panel)
        await student.press("escape")
        await student.type("true")
        await student.until(lambda: student.title == "Tiny · 4 of 7 points")


async def test_a_folder_that_is_gone_can_be_made_anew_from_the_map(open_app: OpenApp, home: Path) -> None:
    async with open_app() as student:
        student.practice.start("venv/tiny")
        shutil.rmtree(home / "venv" / "tiny")
        student.app.open_item("venv/tiny")
        await student.until(lambda: isinstance(student.app.screen, Choose))
        await student.press("n")
        await student.opened()
        assert (home / "venv" / "tiny" / "below" / "hello.txt").exists()
        await student.until(lambda: student.terminal.at_prompt)


async def test_a_folder_that_goes_while_it_is_open_is_an_error_that_says_what_to_do(
    open_app: OpenApp, home: Path
) -> None:
    async with open_app() as student:
        await student.open()
        shutil.rmtree(home / "venv" / "tiny")
        await student.press("f2")
        await student.until(lambda: "is gone" in student.panel)
        await student.press("escape", "f7", "e")
        await student.until(lambda: (home / "venv" / "tiny" / "below").exists())


async def test_a_shell_without_marks_is_checked_when_it_goes_quiet(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/bin/sh" if Path("/bin/sh").resolve().name == "dash" else "/bin/dash")
    async with open_app() as student:
        student.app.open_item("venv/tiny")
        await student.opened()
        await student.until(lambda: "Your shell is " in student.panel)
        await student.press("escape")
        await student.type("touch made")
        await student.until(lambda: student.title == "Tiny · 4 of 7 points")
