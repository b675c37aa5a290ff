"""Full-screen programs, for real, in the widget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events

from coursekit.app.terminal.engine import CursorShape
from coursekit.app.terminal.pyte_engine import PyteEngine

Open = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "poem.txt"
    path.write_text("".join(f"line {number} of the poem 日本\n" for number in range(1, 200)), encoding="utf-8")
    return path


@pytest.mark.parametrize("engine", [None, PyteEngine], ids=["ghostty", "pyte"])
async def test_vim_edits_a_file_and_gives_the_screen_back(terminal: Open, file: Path, engine: Any) -> None:
    async with terminal(**({"engine": engine} if engine else {})) as run:
        run.type(f"vim --clean {file.name}\r")
        await run.shows("line 20 of the poem 日本")
        assert run.terminal.modes.alternate_screen
        await run.pilot.press("i", "n", "e", "w", "space")
        await run.shows("new line 1 of the poem")
        await run.shows("-- INSERT --")
        await run.pilot.press("escape")
        await run.until(lambda: "INSERT" not in run.text)
        run.type("G")
        await run.shows("line 199 of the poem")
        run.type(":wq\r")
        await run.until(lambda: not run.terminal.modes.alternate_screen)
        await run.shows("$ vim --clean")
        assert file.read_text(encoding="utf-8").startswith("new line 1 ")


async def test_a_paste_into_vim_is_text(terminal: Open, file: Path) -> None:
    async with terminal() as run:
        run.type(f"vim --clean {file.name}\r")
        await run.shows("line 20 of the poem")
        run.type("i")
        await run.shows("INSERT")
        await run.until(lambda: run.terminal.modes.bracketed_paste)
        run.terminal.post_message(events.Paste("\tindented\n:q!\n"))
        await run.shows("indented\n:q!")


async def test_vim_draws_anew_in_another_size(terminal: Open, file: Path) -> None:
    async with terminal() as run:
        run.type(f"vim --clean -c 'set number' {file.name}\r")
        await run.shows("20 line 20 of")
        await run.pilot.resize_terminal(60, 12)
        await run.until(lambda: "line 10 of" in run.text and "line 12 of" not in run.text)
        await run.pilot.resize_terminal(80, 30)
        await run.shows("28 line 28 of")


async def test_less_pages_by_key_and_by_wheel(terminal: Open, file: Path) -> None:
    async with terminal("less", "poem.txt") as run:
        await run.shows("line 23 of")
        await run.pilot.press("pagedown")
        await run.shows("line 46 of")
        wheel = events.MouseScrollDown(run.terminal, 1, 1, 0, 0, 0, False, False, False, 1, 1)
        run.terminal.post_message(wheel)
        await run.shows("line 49 of")
        run.type("q")
        await run.until(lambda: run.terminal.seconds_quiet == float("inf"))


async def test_nano_gets_its_control_keys(terminal: Open, file: Path) -> None:
    async with terminal("nano", "poem.txt") as run:
        await run.shows("GNU nano")
        await run.shows("line 10 of")
        run.type("changed ")
        await run.shows("changed line 1 of")
        await run.pilot.press("ctrl+x", "y", "enter")
        await run.until(lambda: file.read_text(encoding="utf-8").startswith("changed line 1"))


async def test_htop_shows_colours_and_gets_function_keys(terminal: Open) -> None:
    async with terminal("htop", size=(100, 30)) as run:
        await run.shows("F1")
        await run.shows("PID")
        styles = {run_.style for row in run.terminal._rows for run_ in row}
        assert len({style.foreground for style in styles}) > 3
        await run.pilot.press("f1")
        await run.shows("Released under")
        run.type("q")
        await run.until(lambda: "Released under" not in run.text)
        run.type("q")
        await run.until(lambda: run.terminal.seconds_quiet == float("inf"))


async def test_top_draws_again_and_again(terminal: Open) -> None:
    async with terminal("top", "-d", "0.2") as run:
        await run.shows("load average")
        first = run.text
        await run.until(lambda: run.text != first)
        run.type("q")
        await run.until(lambda: run.terminal.seconds_quiet == float("inf"))


async def test_the_cursor_takes_the_shape_that_vim_asks_for(terminal: Open, file: Path) -> None:
    async with terminal() as run:
        run.type('vim --clean -c \'let &t_SI="\\e[6 q" | let &t_EI="\\e[2 q"\' poem.txt\r')
        await run.shows("line 20 of")
        run.type("i")
        await run.until(lambda: run.terminal.engine.cursor().shape is CursorShape.BAR)
        run.type("\x1b")
        await run.until(lambda: run.terminal.engine.cursor().shape is CursorShape.BLOCK)
