"""An exercise in the app: what turns green by itself, what is asked for, and what must not get in the way."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from textual.widgets import OptionList

from coursekit.app.screens.course_map import CourseMap
from coursekit.app.screens.dialogs import Choose
from coursekit.app.screens.help import Help
from coursekit.app.widgets.guide_view import Command
from coursekit.app.widgets.status_bar import StatusBar
from coursekit.app.widgets.step_list import StepList
from coursekit.errors import CourseError
from coursekit.model.verdict import Outcome, Verdict
from tests.app.conftest import OpenApp
from tests.courses import hold_slow, writing_end


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


async def test_a_check_that_is_asked_for_says_everything_in_its_order(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.looked()
        await student.type("touch mad")
        await student.until(lambda: "not yet" in student.news)
        await student.press("f2")
        await student.until(lambda: student.panel)
        said = student.panel
        parts = ["Make it: not yet", "✗ made is a file", "try: You", "found: nothing is there"]
        places = [said.find(part) for part in parts]
        assert -1 not in places, said
        assert places == sorted(places)
        assert student.attempts == ["failed"]
        await student.press("escape")
        assert student.panel == ""


async def test_what_comes_later_in_a_step_is_not_shown_as_a_failure(open_app: OpenApp, course: Path) -> None:
    path = course / "exercises/venv/tiny/exercise.yaml"
    later = "{any: [{file: more}, {file: much}]}"
    path.write_text(path.read_text().replace("check: {file: made}", f"check: {{all: [{{file: made}}, {later}]}}"))
    async with open_app((80, 24)) as student:
        await student.open()
        await student.looked()
        await student.press("f2")
        await student.until(lambda: "✗ made is a file" in student.panel)
        assert "· still to come: either more is a file, or much is a file" in student.panel
        assert student.panel.count("✗") == 1
        await student.type("touch made")
        await student.until(lambda: "✗ either more is a file, or much is a file" in student.panel)
        assert "still to come" not in student.panel
        await student.type("touch much")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points")


async def test_the_reasons_in_sight_are_those_of_the_last_command(open_app: OpenApp, home: Path) -> None:
    async with open_app() as student:
        await student.open()
        await student.looked()
        await student.press("f2")
        await student.until(lambda: "found: nothing is there" in student.panel)
        await student.type("mkdir made")
        await student.until(lambda: "found: made is a folder" in student.panel)
        await student.type("rmdir made; touch mad")
        await student.until(lambda: "try: You wrote mad, not made." in student.panel)
        assert student.news == "not yet: the panel says what is missing"
        await student.press("f3")
        assert student.panel.startswith("Hints: 1 of 3")
        await student.type("rm mad")
        await student.until(lambda: student.news == "not yet: F2 says what is missing")
        assert student.panel.startswith("Hints: 1 of 3")
        await student.press("f2")
        await student.until(lambda: student.panel.startswith("Make it: not yet"))
        await student.type("touch made")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points" and not student.panel)


async def test_the_reasons_go_when_another_terminal_makes_the_step_pass(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.press("f2")
        await student.until(lambda: student.panel.startswith("Make it: not yet"))
        student.practice.record("venv/tiny", "first", Verdict(Outcome.PASSED), asked=True)  # as `coursekit check` does
        await student.until(lambda: student.title == "Tiny · 4 of 7 points")
        assert student.panel == ""


async def test_a_check_during_a_reset_by_another_terminal_does_not_count(
    open_app: OpenApp, course: Path, home: Path
) -> None:
    hold_slow(course)
    async with open_app() as student:
        await student.open("venv/slow")
        gate = home / "venv/slow/gate"
        os.mkfifo(gate)
        await student.press("f2")
        held: list[int] = []
        await student.until(lambda: held.extend(end for end in [writing_end(gate)] if end is not None) or held)
        student.practice.reset("venv/slow")  # as `coursekit reset` does
        os.close(held[0])
        await student.until(lambda: "begun anew while it was being checked" in student.panel)
        assert student.attempts == []


async def test_names_with_markup_are_shown_and_not_obeyed(open_app: OpenApp, home: Path) -> None:
    async with open_app() as student:
        await student.open()
        name = "[/red][@click=app.quit]x\x1b[2J"
        (home / "venv" / "tiny" / "made").symlink_to(name)
        await student.press("f2")
        await student.until(lambda: student.panel)
        assert "[/red][@click=app.quit]x" in student.panel
        assert "\x1b" not in student.panel


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


async def test_a_check_right_after_a_pass_fails_no_step_that_has_not_been_read(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: "✓ step 1 passed" in student.news)
        await student.press("f2")
        assert student.news == "✓ step 1 has passed; this is step 2. It is a question."
        await student.press("f2")
        await student.until(lambda: student.news == "Answer with its number.")
        assert student.attempts == ["passed"]


async def test_a_check_that_is_stopped_says_so(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open("venv/slow")
        await student.press("f2")
        await student.until(lambda: "checking step 1" in student.news)
        await student.press("escape")
        await student.until(lambda: student.news == "You stopped the check of step 1. F2 checks it again.")


async def test_news_are_seen_whole_beside_a_title_that_is_shortened(open_app: OpenApp, course: Path) -> None:
    path = course / "exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("title: Tiny", "title: What an environment costs, and where it ends"))
    async with open_app((80, 24)) as student:
        await student.open()
        news, bar = student.screen.query_one("#news"), student.screen.query_one(StatusBar)
        assert student.title == "What an environment costs, and where it ends · 0 of 7 points"
        await student.type("touch made")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points")
        assert student.title == "What an environment costs, and whe… · 4 of 7 points"
        await student.press("f2")
        await student.until(lambda: student.news == "✓ step 1 has passed; this is step 2. It is a question.")
        assert student.title == "What an environment c…"
        await student.until(lambda: bar.size.height == 1 and news.size.height == 1)
        await student.type("true")
        await student.until(lambda: student.title.endswith(" where it ends · 4 of 7 points"))
        bar.say(" ".join(["word"] * 25))
        assert student.title == "What an env…"
        await student.until(lambda: bar.size.height == news.size.height == 2)


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
        await student.until(lambda: student.terminal.at_prompt)
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
