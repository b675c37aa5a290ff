"""The widget with a real shell in it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from coursekit.app.terminal.pyte_engine import PyteEngine
from coursekit.app.terminal.widget import Terminal

Open = Callable[..., Any]

ECHO = (
    "import os,sys,tty;tty.setraw(0);print('ready',flush=True)\nwhile 1:print(os.read(0,99).hex(),end=' ',flush=True)"
)
"""A program that prints the bytes that it gets."""


def test_importing_the_widget_loads_no_engine() -> None:
    code = "import sys, coursekit.app.terminal.widget; print([m for m in ('pyghostty', 'pyte') if m in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"


async def test_commands_are_typed_and_their_output_is_seen(terminal: Open) -> None:
    async with terminal() as run:
        await run.pilot.press("e", "c", "h", "o", "space", "o", "k", "!", "enter")
        await run.shows("\nok!\n$")
        assert [message.enter for message in run.told(Terminal.Typed)] == [False] * 8 + [True]
        await run.until(lambda: run.told(Terminal.Output))
        assert run.terminal.seconds_quiet >= 0.5


async def test_keys_that_apps_like_to_keep_reach_the_program(terminal: Open) -> None:
    async with terminal(sys.executable, "-c", ECHO) as run:
        await run.shows("ready")
        await run.pilot.press("ctrl+p", "ctrl+q", "ctrl+c", "ctrl+backslash", "ctrl+right_square_bracket")
        await run.pilot.press("escape", "tab", "shift+tab", "ctrl+z", "ctrl+a", "f1", "alt+x", "up")
        keys = "1011031c1d1b091b5b5a1a011b4f501b781b5b41"
        await run.until(lambda: keys in "".join(run.text.split()))  # two may be read at once
        await run.pilot.press("f10")
        assert run.app.reserved == 1
        assert "1b5b32317e" not in run.text


async def test_the_engine_of_pure_python_serves_too(terminal: Open) -> None:
    async with terminal(engine=PyteEngine) as run:
        run.type("printf '\\033[31m%s\\n' a日本b\r")
        await run.shows("\na日本b\n")


async def test_ctrl_c_interrupts(terminal: Open) -> None:
    async with terminal() as run:
        run.type("sleep 60\r")
        await run.until(lambda: run.process.foreground == "sleep")
        await run.pilot.press("ctrl+c")
        await run.shows("^C\n$", 3)


async def test_the_program_sees_a_change_of_size(terminal: Open) -> None:
    async with terminal() as run:
        run.type("stty size\r")
        await run.shows("\n24 80\n")
        for width in range(60, 72):
            await run.pilot.resize_terminal(width, 20)
        await run.until(lambda: run.terminal.engine.columns == 71)
        run.type("stty size\r")
        await run.shows("\n20 71\n")


async def test_a_storm_of_sizes_reaches_the_program_as_one(terminal: Open) -> None:
    async with terminal() as run:
        told = []
        run.terminal.size_changed = lambda *size: told.append(size)
        for width in range(90, 100):
            run.terminal.styles.width = width - 30
            run.terminal.on_resize()
        await run.until(lambda: told)
        assert len(told) == 1


async def test_it_works_in_one_cell_and_while_hidden(terminal: Open) -> None:
    async with terminal() as run:
        run.terminal.styles.width = run.terminal.styles.height = 1
        await run.until(lambda: (run.terminal.engine.columns, run.terminal.engine.rows) == (1, 1))
        run.type("echo 日本\r")
        await run.until(lambda: run.terminal.scrolled.total > 3)
        run.terminal.display = False
        await run.pilot.pause()
        run.type("clear; echo hidd''en\r")
        run.terminal.styles.width, run.terminal.styles.height = 80, 24
        run.terminal.display = True
        await run.shows("hidden")


async def test_a_paste_goes_in_brackets_when_the_program_wants_that(terminal: Open) -> None:
    async with terminal(sys.executable, "-c", ECHO) as run:
        await run.shows("ready")
        run.terminal.post_message(events.Paste("a\nb"))
        await run.shows("610d62")
        run.terminal.feed(b"\x1b[?2004h")
        run.terminal.post_message(events.Paste("c\x1b[201~d"))
        await run.shows("1b5b3230307e635b3230317e641b5b3230317e")


async def test_a_long_paste_arrives_whole(terminal: Open) -> None:
    async with terminal("sh", "-c", "stty raw -echo; echo ready; head -c 200000 | md5sum; sleep 9") as run:
        await run.shows("ready")
        run.terminal.post_message(events.Paste("0123456789" * 20_000))
        await run.shows(hashlib.md5(b"0123456789" * 20_000).hexdigest())


async def test_a_command_is_inserted_but_not_run(terminal: Open) -> None:
    async with terminal() as run:
        run.terminal.insert("echo $((40+\x032))\n")
        await run.shows("$ echo $((40+2))")
        await run.pilot.press("enter")
        await run.shows("\n42\n")


async def test_the_end_is_told_with_the_exit_status(terminal: Open) -> None:
    async with terminal() as run:
        run.type("exit 3\r")
        await run.until(lambda: run.told(Terminal.Ended))
        assert run.told(Terminal.Ended)[0].exit_status == 3
        await run.shows("exit 3")
        assert run.terminal.seconds_quiet == float("inf")


async def test_output_goes_through_the_filter(terminal: Open) -> None:
    async with terminal(output_filter=lambda data: data.replace(b"secret", b"public")) as run:
        run.type("echo secret\r")
        await run.shows("\npublic\n")
        assert "secret" not in run.text


async def test_the_view_scrolls_back_and_typing_returns(terminal: Open) -> None:
    async with terminal() as run:
        run.type("seq 1 100\r")
        await run.shows("\n100\n")
        await run.pilot.press("shift+pageup")
        await run.until(lambda: "\n60\n" in run.text)
        run.terminal.post_message(wheel(run.terminal, events.MouseScrollUp))
        await run.until(lambda: run.terminal.scrolled.offset == 26)
        await run.pilot.press("x")
        await run.shows("\n100\n$ x")
        assert run.terminal.scrolled.offset == 0


def wheel(terminal: Terminal, kind: type[events.MouseEvent]) -> events.MouseEvent:
    return kind(terminal, 2, 1, 0, 0, 0, False, False, False, 2, 1)


async def test_the_wheel_moves_in_a_full_screen_program_and_is_reported_to_one_that_asks(terminal: Open) -> None:
    async with terminal(sys.executable, "-c", ECHO, size=(120, 24)) as run:
        await run.shows("ready")
        run.terminal.feed(b"\x1b[?1049h")
        run.terminal.post_message(wheel(run.terminal, events.MouseScrollDown))
        await run.shows("1b5b421b5b421b5b42")
        run.terminal.feed(b"\x1b[?1000;1006h")
        run.terminal.post_message(wheel(run.terminal, events.MouseScrollDown))
        await run.shows("1b5b3c36353b333b324d")
        await run.pilot.click(Terminal, offset=(4, 2))
        await run.shows("1b5b3c303b353b334d")
        await run.shows("1b5b3c303b353b336d")


async def test_focus_is_reported_to_a_program_that_asks(terminal: Open) -> None:
    async with terminal(sys.executable, "-c", ECHO) as run:
        await run.shows("ready")
        run.app.screen.set_focus(None)
        await run.pilot.pause()
        run.terminal.feed(b"\x1b[?1004h")
        run.terminal.focus()
        await run.shows("1b5b49")
        run.app.screen.set_focus(None)
        await run.shows("1b5b4f")


async def test_the_mouse_selects_and_copies(terminal: Open) -> None:
    async with terminal("sh", "-c", "printf 'one two\\n日本 three\\n'; exec sleep 9") as run:
        await run.shows("three")
        await run.pilot.mouse_down(Terminal, offset=(4, 0))
        await run.pilot.hover(Terminal, offset=(5, 1))
        await run.pilot.mouse_up(Terminal, offset=(5, 1))
        await run.until(lambda: run.app.clipboard == "two\n日本 t")
        await run.pilot.click(Terminal, offset=(9, 1), times=2)
        await run.until(lambda: run.app.clipboard == "three")
        run.terminal.feed(b"\x1b[2;1Hx")
        await run.until(lambda: run.terminal.text_selection is None)


async def test_what_is_printed_is_never_markup(terminal: Open) -> None:
    async with terminal() as run:
        run.type("echo '[/] [@click=app.quit]x[/] [red]'\r")
        await run.shows("\n[/] [@click=app.quit]x[/] [red]\n")
        await run.pilot.click(Terminal, offset=(20, 1))
        assert run.app.is_running


async def test_the_bytes_of_a_character_may_come_one_by_one(terminal: Open) -> None:
    async with terminal() as run:
        run.type("for b in '\\346' '\\227' '\\245' '\\377' '\\0' x; do printf $b; sleep .02; done\r")
        await run.shows("\n日�x$")


async def test_the_clipboard_is_not_the_programs(terminal: Open) -> None:
    async with terminal() as run:
        run.type("printf '\\033]52;c;%s\\a' $(printf pwned | base64); echo do''ne\r")
        await run.shows("done")
        assert run.app.clipboard == ""


@pytest.mark.parametrize(
    "flood", ["yes", "yes '日本'", "tr '\\0' x </dev/zero", "yes $'\\e[6n\\e[31m\\e]0;t'", "cat /dev/urandom"]
)
async def test_a_flood_leaves_the_app_awake_and_memory_flat(terminal: Open, flood: str) -> None:
    async with terminal() as run:
        run.type(f"{flood}\r")
        await asyncio.sleep(0.3)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        end = time.monotonic() + 0.7
        while time.monotonic() < end:
            handled = asyncio.Event()
            run.app.screen.call_later(handled.set)
            async with asyncio.timeout(5):
                await handled.wait()
        await run.pilot.press("ctrl+c")
        await run.until(lambda: run.process.foreground == "bash")
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


async def test_a_program_that_holds_its_drawing_back_is_shown_in_the_end(terminal: Open) -> None:
    async with terminal() as run:
        run.type("printf '\\033[?2026h%s' hel''d; sleep 30\r")
        await run.shows("held")


async def test_the_reader_is_gone_after_the_widget(terminal: Open) -> None:
    async with terminal() as run:
        await run.terminal.remove()
        run.type("echo more\r")
        await run.pilot.pause()
        os.fstat(run.process.fd)
        assert run.process.close() is not None
