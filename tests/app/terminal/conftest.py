"""An app with nothing but a terminal, a real process in it, and waiting for what is seen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.pilot import Pilot

from coursekit.app.terminal.engine import ScreenEngine
from coursekit.app.terminal.ghostty import GhosttyEngine
from coursekit.app.terminal.pyte_engine import PyteEngine
from coursekit.app.terminal.widget import Terminal
from coursekit.shell.student import Launch, StudentShell

MakeEngine = Callable[[int, int, int], ScreenEngine]


class TerminalApp(App[None], inherit_bindings=False):
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = (Binding("f10", "mark_reserved", "reserved", priority=True),)

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options
        self.told: list[Message] = []
        self.reserved = 0

    def compose(self) -> ComposeResult:
        yield Terminal(**self.options)

    def action_mark_reserved(self) -> None:
        self.reserved += 1

    def on_terminal_ended(self, message: Terminal.Ended) -> None:
        self.told.append(message)

    def on_terminal_typed(self, message: Terminal.Typed) -> None:
        self.told.append(message)

    def on_terminal_output(self, message: Terminal.Output) -> None:
        self.told.append(message)


class Running:
    """A terminal in a running app, and the process in it."""

    def __init__(self, app: TerminalApp, pilot: Pilot[None], process: StudentShell) -> None:
        self.app, self.pilot, self.process = app, pilot, process
        self.terminal = app.query_one(Terminal)

    @property
    def text(self) -> str:
        return self.terminal.visible_text

    async def until(self, holds: Callable[[], object], seconds: float = 8) -> None:
        """Wait for a state; what is seen instead is the failure's message."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds} s; the terminal shows:\n{self.text}"
            await asyncio.sleep(0.005)

    async def shows(self, words: str, seconds: float = 8) -> None:
        await self.until(lambda: words in self.text, seconds)

    def type(self, data: str) -> None:
        """Type as the student would, without the cost of a key press each."""
        self.process.write(data.encode())

    def told(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.app.told if isinstance(message, kind)]


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Callable[..., StudentShell]]:
    """Start programs in pseudo-terminals; they are ended afterwards."""
    started = []

    def start(*argv: str) -> StudentShell:
        program = shutil.which(argv[0])
        if program is None:
            pytest.skip(f"{argv[0]} is not installed")
        environment = {
            "TERM": "xterm-256color",
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PS1": "$ ",
            "LANG": "C.UTF-8",
            "HISTFILE": "/dev/null",
        }
        launch = Launch((program, *argv[1:]), environment, tmp_path, "nonce", tmp_path, argv[0])
        process = StudentShell(launch, 80, 24)
        started.append(process)
        return process

    yield start
    for process in started:
        process.close()


@pytest.fixture
def terminal(spawn: Callable[..., StudentShell]) -> Callable[..., contextlib.AbstractAsyncContextManager[Running]]:
    """Open an app with a terminal of 80x24 in which a program runs, `bash` by default."""

    @contextlib.asynccontextmanager
    async def open_terminal(
        *argv: str,
        size: tuple[int, int] = (80, 24),
        output_filter: Callable[[bytes], bytes] | None = None,
        **options: Any,
    ) -> AsyncIterator[Running]:
        app = TerminalApp(**options)
        async with app.run_test(size=size) as pilot:
            process = spawn(*(argv or ("bash", "--norc", "--noprofile", "-i")))
            running = Running(app, pilot, process)
            running.terminal.focus()
            running.terminal.attach(process, output_filter)
            if not argv:
                await running.shows("$")
            yield running

    return open_terminal


@pytest.fixture(params=[GhosttyEngine, PyteEngine], ids=["ghostty", "pyte"])
def make(request: pytest.FixtureRequest) -> MakeEngine:
    """Each of the two engines."""
    engine: MakeEngine = request.param
    return engine
