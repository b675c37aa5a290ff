"""The two sides of an exercise in the app: which is active, and where keys and pastes go."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList
from textual.widgets._footer import FooterKey

from coursekit.app.screens.dialogs import Choose
from coursekit.app.screens.exercise import ExerciseScreen
from coursekit.app.widgets.guide_view import GuideView
from coursekit.model.verdict import Outcome, Verdict
from tests.app.conftest import OpenApp


async def test_keys_of_a_program_that_fills_the_shell(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type(r"printf '\e[?1049h'; stty raw -echo; head -c 3 | cat -v; stty sane; printf '\e[?1049l'")
        await student.until(lambda: student.terminal.modes.alternate_screen)
        await student.until(lambda: [key.action for key in student.screen.query(FooterKey)] == ["menu"])
        await student.press("ctrl+@")
        assert isinstance(student.app.screen, Choose)
        await student.press("escape")
        await student.press("f2")
        await student.until(lambda: student.terminal.at_prompt)
        await student.until(lambda: "check" in [key.action for key in student.screen.query(FooterKey)])
        assert student.attempts == []


async def test_a_program_that_fills_the_shell_has_room_in_a_small_window(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open()
        before = student.terminal.size.height
        grown = r"printf '\e[?1049h'; until [ $(stty size | cut -c 1-2) -ge 13 ]; do :; done; printf '\e[?1049l'"
        await student.type(f"{grown}; echo roo''my")
        await student.until(lambda: "roomy" in student.shell)
        await student.until(lambda: student.terminal.size.height == before)
        assert before < 10


async def test_keys_that_belong_to_the_shell_reach_it(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("stty raw -echo; echo re''ady; head -c 4 | od -An -c; stty sane")
        await student.until(lambda: "ready" in student.shell)
        await student.press("ctrl+p", "ctrl+q", "ctrl+backslash", "tab")
        await student.until(lambda: r"020 021 034  \t" in student.shell)


async def test_what_is_typed_beside_the_shell_goes_to_the_shell(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: student.screen.query(OptionList))
        await student.press("f5")
        assert isinstance(student.screen.focused, OptionList)
        await student.press("l", "s", "enter")
        await student.until(lambda: "below  made" in student.shell)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_the_active_side_is_marked_in_words_and_keeps_its_place(open_app: OpenApp, size: tuple[int, int]) -> None:
    async with open_app(size) as student:
        await student.open()
        assert "Shell is active" in student.marks
        assert student.terminal.size.height >= size[1] // 3
        height = student.terminal.size.height
        await student.press("f5")
        await student.until(lambda: "Guide is active" in student.marks)
        assert "Shell is active" not in student.marks
        assert student.terminal.size.height == height
        await student.press("f5")
        await student.until(lambda: "Shell is active" in student.marks)


async def test_a_guide_that_goes_on_says_how_to_read_it(open_app: OpenApp, course: Path) -> None:
    guide = course / "exercises/venv/tiny/guide.md"
    guide.write_text(guide.read_text().replace("Make a file.", "Make a file.\n\n" * 12))
    async with open_app((80, 24)) as student:
        await student.open()
        await student.until(lambda: "F5: guide, which goes on" in student.marks)
        await student.press("f5")
        await student.until(lambda: "PgDn: more" in student.marks)
        await student.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        await student.until(lambda: "PgDn" not in student.marks)


async def test_the_mark_names_the_key_that_a_full_screen_program_leaves_us(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open()
        assert "F5: guide" in student.marks
        await student.type(r"printf '\e[?1049h'; head -n 1; printf '\e[?1049l'")
        await student.until(lambda: "^Space g: guide" in student.marks)
        await student.press("enter")
        await student.until(lambda: "F5: guide" in student.marks)


async def test_the_guide_is_left_and_found_again_where_it_was_read(open_app: OpenApp, course: Path) -> None:
    guide = course / "exercises/venv/tiny/guide.md"
    guide.write_text(guide.read_text().replace("Make a file.", "\n\n".join(f"Line {n}." for n in range(40))))
    async with open_app((80, 24)) as student:
        await student.open()
        await student.press("f5", "down", "down", "down")
        await student.until(lambda: student.guide_scroll == 3)
        await student.press("f5", "f5")
        await student.pilot.pause()
        assert student.guide_scroll == 3
        before = student.screen.query_one(GuideView)
        passed = Verdict(Outcome.PASSED)
        student.practice.record("venv/tiny", "first", passed, asked=True)  # as `coursekit check` elsewhere does
        await student.until(lambda: before not in student.screen.query(GuideView))
        await student.until(lambda: student.screen.query(GuideView) and student.guide_scroll == 3)


@pytest.mark.parametrize("bracketed", [True, False])
async def test_a_paste_beside_the_shell_goes_to_the_shell(open_app: OpenApp, bracketed: bool) -> None:
    async with open_app((80, 24)) as student:
        await student.open()
        if not bracketed:
            await student.type("bind 'set enable-bracketed-paste off'")
            await student.until(lambda: student.terminal.at_prompt and not student.terminal.modes.bracketed_paste)
        await student.until(lambda: student.terminal.modes.bracketed_paste is bracketed)
        await student.press("f5")
        student.app.post_message(events.Paste("echo pasted-$((40+2))"))
        await student.until(lambda: "echo pasted-$((40+2))" in student.shell)
        assert student.screen.focused is student.terminal
        assert "pasted-42" not in student.shell
        await student.press("enter")
        await student.until(lambda: "pasted-42" in student.shell)


async def test_a_paste_into_an_answer_stays_there(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open("venv/asking")
        student.app.post_message(events.Paste("3,2"))
        await student.until(lambda: student.screen.query_one(Input).value == "3,2")
        assert "3,2" not in student.shell


async def test_keys_that_come_together_beside_the_shell_keep_their_order(
    open_app: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first gives the shell the focus before the second is sent anywhere. Without that they do not arrive."""
    async with open_app() as student:
        await student.open()

        async def burst(text: str) -> None:
            await student.press("f5")
            assert student.screen.focused is not student.terminal
            for letter in text:
                student.app.post_message(events.Key("space" if letter == " " else letter, letter))
            student.app.post_message(events.Key("enter", "\r"))
            await student.pilot.pause()

        words = "abcdefghijklmnopqrstuvwxyz" * 3
        await burst(f"echo {words} > typed")
        typed = home / "venv" / "tiny" / "typed"
        await student.until(lambda: typed.exists() and typed.read_text() == f"{words}\n")
        monkeypatch.setattr(ExerciseScreen, "expect_key", lambda *_: None)
        await burst("touch lost")
        await student.type("touch later")
        await student.until(lambda: (home / "venv" / "tiny" / "later").exists())
        assert not (home / "venv" / "tiny" / "lost").exists()
