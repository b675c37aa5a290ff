"""The app with the tiny course, driven by Textual's pilot, with real checkers and a real shell."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from textual import events
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from coursekit.app.app import CoursekitApp
from coursekit.app.control import connect
from coursekit.app.screens.exercise import ExerciseScreen
from coursekit.app.widgets.panel import Panel
from coursekit.app.widgets.question_view import QuestionView
from coursekit.app.widgets.sides import Side
from coursekit.app.widgets.step_list import StepList
from coursekit.app.widgets.student_terminal import StudentTerminal
from coursekit.checker.remote import RemoteChecker
from coursekit.model.event import What
from coursekit.practice.opening import open_practice
from coursekit.practice.practice import Practice
from tests.courses import make_course


class OwnCheckers:
    """Checker processes without a supervisor. They end when their line does, and leave nothing then."""

    def __init__(self) -> None:
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._lines: dict[int, socket.socket] = {}

    async def open(self) -> tuple[RemoteChecker, int]:
        ours, theirs = socket.socketpair()
        process = subprocess.Popen([sys.executable, "-m", "coursekit.checker"], stdin=theirs, stdout=theirs)
        theirs.close()
        ours.setblocking(False)
        self._processes[process.pid], self._lines[process.pid] = process, ours.dup()
        return await connect(ours), process.pid

    def stop(self, number: int) -> None:
        with contextlib.suppress(OSError):  # it has ended already
            self._lines[number].shutdown(socket.SHUT_RDWR)

    @property
    def numbers(self) -> list[int]:
        """The processes that have been started."""
        return list(self._processes)

    def close(self) -> None:
        """Wait until all have ended, as they do when nobody listens any more."""
        for number, process in self._processes.items():
            self.stop(number)
            self._lines[number].close()
            process.wait(20)


class Student:
    """What a test does in the app, and what it sees."""

    def __init__(self, app: CoursekitApp, pilot: Pilot[None], practice: Practice) -> None:
        self.app, self.pilot, self.practice = app, pilot, practice

    @property
    def screen(self) -> ExerciseScreen:
        assert isinstance(self.app.screen, ExerciseScreen)
        return self.app.screen

    @property
    def terminal(self) -> StudentTerminal:
        return self.screen.query_one(StudentTerminal)

    @property
    def shell(self) -> str:
        return self.terminal.visible_text

    @property
    def attempts(self) -> list[str]:
        """The outcomes of the checks that have been recorded."""
        return [event.detail["outcome"] for event in self.practice.store.events() if event.what is What.CHECKED]

    @property
    def news(self) -> str:
        return _plain(self.screen.query_one("#news", Static))

    @property
    def title(self) -> str:
        return _plain(self.screen.query_one("#title", Static))

    @property
    def panel(self) -> str:
        """What the panel says; empty when it is closed."""
        panel = self.screen.query_one(Panel)
        return _plain(panel.query_one(Static)) if panel.has_class("shown") else ""

    @property
    def question(self) -> str:
        """The question of the step that is viewed, with what has been said of the answers."""
        [view] = self.screen.query(QuestionView) or [None]
        if view is None:
            return ""
        texts = [_plain(static) for static in view.query(Static)]
        choices = [str(option.prompt) for listed in view.query(OptionList) for option in listed.options]
        return "\n".join([*texts, *choices])

    @property
    def steps(self) -> str:
        return _plain(self.screen.query_one(StepList))

    @property
    def marks(self) -> str:
        """What the edges of guide and shell say."""
        return " | ".join(str(side.border_title or "") for side in self.screen.query(Side))

    @property
    def guide(self) -> str:
        """All that is read beside the shell, but for the question."""
        return "\n".join(_plain(part) for part in self.screen.query_one("#guide").query(Static))

    @property
    def guide_scroll(self) -> float:
        return self.screen.query_one("#guide").scroll_y

    async def until(self, holds: Callable[[], object], seconds: float = 10) -> None:
        """Wait for a state."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds} s: {self._seen()}"
            await asyncio.sleep(0.01)

    def _seen(self) -> str:
        if isinstance(self.app.screen, ExerciseScreen) and self.app.screen.is_mounted:
            return f"{self.title!r} {self.news!r} {self.panel!r}\n{self.shell}"
        return repr(self.app.screen)

    async def open(self, exercise_id: str = "venv/tiny") -> None:
        self.app.open_item(exercise_id)
        await self.opened()
        await self.until(lambda: self.terminal.at_prompt)

    async def looked(self) -> None:
        """Wait until the viewed step has been checked as it was found."""
        await self.until(lambda: self.screen._automatic.last_check)

    async def opened(self) -> None:
        """Wait until an exercise is on the screen."""
        await self.until(lambda: isinstance(self.app.screen, ExerciseScreen) and self.app.screen.is_mounted)

    async def type(self, command: str) -> None:
        """Type a command and Enter; at the prompt, wait until the shell has taken it."""
        at_prompt, before = self.terminal.at_prompt and command, self.screen._automatic._commands
        self.screen.set_focus(self.terminal)
        self.terminal.post_message(events.Paste(command))
        await self.pilot.press("enter")
        if at_prompt:
            await self.until(lambda: self.screen._automatic._commands > before)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)


def _plain(widget: Static) -> str:
    content = widget.content
    return content.plain if isinstance(content, Content) else str(content)


OpenApp = Callable[..., contextlib.AbstractAsyncContextManager[Student]]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course")


@pytest.fixture
def open_app(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    monkeypatch.setenv("SHELL", "/bin/bash")
    monkeypatch.setenv("HOME", str(tmp_path))
    runtime = tmp_path / "runtime"
    runtime.mkdir()

    @contextlib.asynccontextmanager
    async def open_app(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Student]:
        checkers = OwnCheckers()
        with open_practice(course) as practice:
            app = CoursekitApp(practice, checkers, runtime)
            async with app.run_test(size=size) as pilot:
                yield Student(app, pilot, practice)
        checkers.close()
        assert os.listdir(runtime) is not None

    return open_app
