"""The embedded terminal against a raw pseudo-terminal and against pyte: `python tests/benchmarks/terminal.py`.

Keystroke to echo: from the key event in the app to the moment the compositor asks for the row with the echo.
Flood: from starting `seq 1 200000` until its last line is on the screen. Prints; never fails by the clock.
"""

from __future__ import annotations

import asyncio
import os
import select
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte
from textual import events
from textual.app import App, ComposeResult
from textual.strip import Strip

from coursekit.app.terminal.engine import ScreenEngine
from coursekit.app.terminal.ghostty import GhosttyEngine
from coursekit.app.terminal.pyte_engine import PyteEngine
from coursekit.app.terminal.widget import Terminal
from coursekit.shell.student import Launch, StudentShell

KEYS = 60
SEQ = ("/bin/sh", "-c", "read go; seq 1 200000; printf END; read end")
CAT = ("/bin/cat",)


@contextmanager
def spawn(*argv: str) -> Iterator[StudentShell]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"TERM": "xterm-256color", "PATH": os.environ["PATH"]}
        process = StudentShell(Launch(argv, environment, Path("/"), "", Path(folder), "sh"), 80, 24)
        try:
            yield process
        finally:
            process.close()


def read_until(process: StudentShell, words: bytes, screen: Any = None) -> None:
    tail = b""
    while words not in tail:
        select.select([process.fd], [], [], 5)
        data = os.read(process.fd, 65_536)
        tail = tail[-len(words) :] + data
        if screen is not None:
            screen.feed(data)


def raw_echo() -> list[float]:
    with spawn(*CAT) as process:
        time.sleep(0.3)
        times = []
        for _ in range(KEYS):
            start = time.perf_counter()
            os.write(process.fd, b"x")
            read_until(process, b"x")
            times.append(time.perf_counter() - start)
        return times


def raw_flood(screen: Any = None) -> float:
    with spawn(*SEQ) as process:
        time.sleep(0.3)
        start = time.perf_counter()
        os.write(process.fd, b"\n")
        read_until(process, b"END", screen)
        return time.perf_counter() - start


class Watched(Terminal):
    """A terminal that says when a row with some text is drawn."""

    words = ""
    drawn = asyncio.Event()

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if self.words and self.words in strip.text:
            self.drawn.set()
        return strip

    async def draws(self, words: str) -> None:
        self.words, self.drawn = words, asyncio.Event()
        await self.drawn.wait()


class Bench(App[None], inherit_bindings=False):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, engine: type[ScreenEngine]) -> None:
        super().__init__()
        self.terminal = Watched(engine=engine)

    def compose(self) -> ComposeResult:
        yield self.terminal


async def widget_echo(engine: type[ScreenEngine]) -> list[float]:
    app = Bench(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        with spawn(*CAT) as process:
            app.terminal.focus()
            app.terminal.attach(process)
            await pilot.pause(0.3)
            times = []
            for number in range(KEYS):
                await asyncio.sleep(0.03 + number % 7 / 1000)
                expected = "x" * (number + 1)
                start = time.perf_counter()
                app.post_message(events.Key("x", "x"))
                await app.terminal.draws(expected)
                times.append(time.perf_counter() - start)
            app.terminal.detach()
            return times


async def widget_flood(engine: type[ScreenEngine]) -> float:
    app = Bench(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        with spawn(*SEQ) as process:
            app.terminal.focus()
            app.terminal.attach(process)
            await pilot.pause(0.3)
            start = time.perf_counter()
            app.post_message(events.Key("enter", "\r"))
            await app.terminal.draws("END")
            app.terminal.detach()
            return time.perf_counter() - start


def line(name: str, times: list[float]) -> None:
    milliseconds = sorted(1000 * value for value in times)
    print(f"  {name:34}median {statistics.median(milliseconds):8.2f} ms   worst {milliseconds[-1]:8.2f} ms")


def main() -> None:
    print(f"keystroke to echo ({KEYS} keys, budget 50 ms)")
    line("floor: raw pty", raw_echo())
    line("ours: widget on libghostty", asyncio.run(widget_echo(GhosttyEngine)))
    line("ours: widget on pyte", asyncio.run(widget_echo(PyteEngine)))
    print("seq 1 200000 (budget 1000 ms)")
    line("floor: raw pty", [raw_flood()])
    line("peer: raw pty into pyte", [raw_flood(pyte.ByteStream(pyte.Screen(80, 24)))])
    line("ours: widget on libghostty", [asyncio.run(widget_flood(GhosttyEngine))])
    line("ours: widget on pyte", [asyncio.run(widget_flood(PyteEngine))])


if __name__ == "__main__":
    main()
