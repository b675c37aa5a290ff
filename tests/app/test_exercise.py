"""An exercise in the app: what turns green by itself, what is asked for, and what must not get in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList

from coursekit.app.screens.course_map import CourseMap
from coursekit.app.screens.dialogs import Choose
from coursekit.app.screens.help import Help
from coursekit.app.widgets.guide_view import Command
from coursekit.app.widgets.step_list import StepList
from coursekit.model.verdict import Outcome, Verdict
from tests.app.conftest import OpenApp


async def test_a_step_turns_green_by_itself(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        assert student.news == ""
        await student.looked()
        await student.type("touch mad")
        await student.until(lambda: student.news == "not yet: F2 says what is missing")
        await student.type("ls")
        await student.until(lambda: "mad" in student.shell.split("ls")[-1] and student.terminal.at_prompt)
        assert student.news == ""  # `ls` touches nothing
        assert student.attempts == []
        await student.type("touch made")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points")
        assert student.title == "Tiny · 4 of 7 points"
        assert student.attempts == ["passed"]
        assert student.panel == ""


async def test_the_price_of_a_hint_is_said_before_it_is_paid(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.press("f3")
        assert "Hints: 1 of 3\n1. Look." in student.panel
        await student.press("f3")
        assert "The next hint takes 1 point off this step." in student.panel
        assert "F3 once more opens it" in student.panel
        assert student.practice.standing("venv/tiny").step("first").hint_cost == 0
        await student.press("f3")
        assert "2. Closer." in student.panel
        assert student.practice.standing("venv/tiny").step("first").hint_cost == 1


async def test_the_next_command_of_the_guide_is_put_at_the_prompt(open_app: OpenApp, home: Path) -> None:
    async with open_app() as student:
        await student.open()
        await student.press("f4")
        await student.until(lambda: student.shell.strip().endswith("touch made"))
        assert not (home / "venv" / "tiny" / "made").exists()
        await student.press("f4")
        await student.until(lambda: student.shell.strip().endswith("# ls") or student.shell.strip().endswith("$ ls"))
        await student.pilot.click(Command)
        await student.until(lambda: student.shell.strip().endswith("touch made"))
        await student.press("enter")
        await student.until(lambda: "passed" in student.news)
        await student.press("f4")
        assert "no command to insert" in student.news


async def test_nothing_is_inserted_while_a_program_runs(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("sleep 30")
        await student.until(lambda: not student.terminal.at_prompt)
        await student.press("f4")
        assert "A program is running" in student.news
        await student.press("ctrl+c")
        await student.until(lambda: student.terminal.at_prompt)
        await student.press("f4")  # that has not counted
        await student.until(lambda: student.shell.strip().endswith("touch made"))


async def test_a_command_typed_by_hand_has_its_turn_behind_it(open_app: OpenApp, course: Path) -> None:
    guide = course / "exercises/venv/tiny/guide.md"
    guide.write_text(guide.read_text().replace("touch made\nls", "ls\ntouch made"))
    async with open_app() as student:
        await student.open()
        await student.type("ls")
        await student.until(lambda: student.terminal.at_prompt)
        await student.press("f4")
        await student.until(lambda: student.shell.strip().endswith("touch made"))


async def test_a_long_command_of_the_guide_is_seen_to_go_on(open_app: OpenApp, course: Path) -> None:
    guide = course / "exercises/venv/tiny/guide.md"
    guide.write_text(guide.read_text().replace("touch made", "touch made" + " --no-create" * 8))
    async with open_app((80, 24)) as student:
        await student.open()
        sign, text = student.screen.query(Command).first().children
        await student.until(lambda: text.size.height > 1)
        assert text.region.x == sign.region.x + 2
        text.text_select_all()
        assert (student.screen.get_selected_text() or "").startswith("touch made --no-create")


async def test_the_menu_does_all_without_an_f_key(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        for key, letter in (("ctrl+@", "h"), ("alt+m", "c")):
            await student.press(key)
            assert isinstance(student.app.screen, Choose)
            await student.press(letter)
            await student.until(lambda: student.panel)
            await student.press("escape")
        await student.press("ctrl+@", "question_mark")
        assert isinstance(student.app.screen, Help)
        await student.press("escape")
        await student.press("ctrl+@", "m")
        assert isinstance(student.app.screen, CourseMap)


async def test_moving_between_steps(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.press("f9")
        await student.until(lambda: student.screen.query(OptionList))
        await student.press("f8", "f8")
        await student.until(lambda: not student.screen.query(OptionList))
        await student.press("f6")
        assert student.screen.has_class("-only-shell")
        await student.press("f6")
        assert not student.screen.has_class("-only-shell")


async def test_a_reset_of_the_exercise_keeps_the_work_and_opens_a_new_shell(open_app: OpenApp, home: Path) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: "passed" in student.news)
        await student.press("f7", "e")
        said = "Begun anew: the whole exercise “Tiny”, with its first files."
        await student.until(lambda: said in student.panel)
        assert student.title == "Tiny · 0 of 7 points"
        await student.until(lambda: student.terminal.at_prompt and student.shell.rstrip().endswith(("$", "#")))
        first, prompt = student.shell.strip().split("\n")
        assert first.strip() == said
        assert prompt.count("$") + prompt.count("#") == 1
        await student.type("echo made-is-$(ls made 2>/dev/null || echo gone)")
        await student.until(lambda: "made-is-gone" in student.shell)
        [kept] = (home / ".coursekit" / "kept").iterdir()
        assert (kept / "made").exists()


async def test_a_reset_of_a_step_says_which(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.press("f2")
        await student.until(lambda: "not yet" in student.panel)
        await student.press("f7", "s")
        await student.until(lambda: student.panel.startswith("Begun anew: the step “Make it”, with the first files."))


async def test_a_new_shell_begins_below_what_the_last_one_left(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("printf '\\e[?1000h'; echo left-$((40+2))")
        await student.until(lambda: "left-42" in student.shell and student.terminal.at_prompt)
        await student.press("ctrl+@", "s")
        await student.until(lambda: "A new shell" in student.shell and student.terminal.at_prompt)
        [said] = [line for line in student.shell.split("\n") if "A new shell" in line]
        assert said.startswith("A new shell, in the folder of this exercise.")
        assert "left-42" in student.shell
        assert not student.terminal.modes.mouse


async def test_a_reset_can_be_thought_better_of(open_app: OpenApp, home: Path) -> None:
    async with open_app() as student:
        await student.open()
        await student.press("f7", "k")
        assert student.panel == ""
        assert not (home / ".coursekit" / "kept").exists()


@pytest.mark.parametrize(
    ("number", "at", "begins", "ends"),
    [
        (13, 0, "▸○1 Keep", "○13"),
        (13, 7, "✓1", "○13"),
        (13, 12, "✓1", "…"),
        (40, 0, "▸○1 Keep", "○15 …"),
        (40, 20, "… ✓14", "○28 …"),
        (40, 39, "… ✓26", "…"),
    ],
)
async def test_many_steps_are_one_line_with_the_current_one_in_it(
    open_app: OpenApp, course: Path, number: int, at: int, begins: str, ends: str
) -> None:
    (course / "exercises/venv/slow/exercise.yaml").write_text(
        "title: Slow\nsummary: Many steps.\nminutes: 1\nsteps:\n"
        + "".join(
            f"  - {{id: s{step}, title: Keep out what has no business there, points: 1, check: {{file: x}}}}\n"
            for step in range(number)
        )
    )
    guide = course / "exercises/venv/slow/guide.md"
    guide.write_text("# Slow\n\n" + "".join(f"## s{step}\n\nDo it.\n\n" for step in range(number)))
    async with open_app((80, 24)) as student:
        student.practice.start("venv/slow")
        for step in range(at):
            student.practice.record("venv/slow", f"s{step}", Verdict(Outcome.PASSED), asked=True)
        await student.open("venv/slow")
        assert f"▸○{at + 1} Keep out w" in student.steps
        line = student.screen.query_one(StepList)
        assert line.size.height == 1
        assert len(student.steps) <= 78
        assert student.steps.startswith(begins)
        assert student.steps.endswith(ends)
        await student.pilot.resize_terminal(16, 12)
        await student.until(lambda: line.size.width < 16 and f"○{at + 1}" in student.steps)
