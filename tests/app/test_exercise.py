"""An exercise in the app: what turns green by itself, what is asked for, and what must not get in the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual import events
from textual.containers import VerticalScroll
from textual.widgets import Input, OptionList, Static, TextArea

from coursekit.app.screens.course_map import CourseMap
from coursekit.app.screens.dialogs import Choose
from coursekit.app.screens.help import Help
from coursekit.app.screens.machine import MachineScreen
from coursekit.app.screens.page import PageScreen
from coursekit.app.widgets.guide_view import Command, GuideView
from coursekit.app.widgets.question_view import QuestionView
from coursekit.app.widgets.status_bar import StatusBar
from coursekit.errors import CourseError
from coursekit.model.event import What
from tests.app.conftest import OpenApp, Student


def attempts(student: Student) -> list[str]:
    """The checks that have been recorded."""
    return [event.detail["outcome"] for event in student.practice.store.events() if event.what is What.CHECKED]


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
        assert attempts(student) == []
        await student.type("touch made")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points")
        assert student.title == "Tiny · 4 of 7 points"
        assert attempts(student) == ["passed"]
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
        assert attempts(student) == ["failed"]
        await student.press("escape")
        assert student.panel == ""


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


async def test_a_question_is_answered_in_the_app(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: "passed" in student.news)
        await student.until(lambda: student.screen.query(OptionList))
        assert student.screen.focused is student.terminal
        await student.press("f5", "1")
        await student.until(lambda: attempts(student)[-1] == "failed")
        await student.until(lambda: isinstance(student.screen.focused, OptionList))
        await student.press("down", "down", "enter")
        await student.until(lambda: "Right. Just so." in student.question)
        assert student.panel == ""
        assert student.title == "Tiny · 4 of 7 points"  # only the first answer earns points
        assert "Enter goes on to step 3." in student.question
        await student.press("enter")
        await student.until(lambda: not student.screen.query(QuestionView))
        assert student.screen.focused is student.terminal


@pytest.mark.parametrize("key", ["f9", "f5", "l"])
async def test_from_an_answered_question_whatever_comes_next_goes_on(open_app: OpenApp, key: str) -> None:
    async with open_app((80, 24)) as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: student.screen.query(OptionList))
        shown = student.practice.exercise("venv/tiny").step("ask").question
        assert shown is not None
        await student.press("f5", str(shown.items.index("So") + 1))
        await student.until(lambda: "Right. Just so." in student.question)
        assert student.news == "✓ step 2 passed, 2 points"
        await student.press(key)
        await student.until(lambda: not student.screen.query(QuestionView))
        await student.until(lambda: "Be in the folder below" in student.steps)


async def test_what_was_chosen_stays_in_sight_and_its_explanation_has_its_number(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        student.practice.start("venv/asking")
        shown = student.practice.exercise("venv/asking").step("several").question
        assert shown is not None
        number = {item: shown.items.index(item) + 1 for item in shown.items}
        await student.open("venv/asking")
        await student.press("f9")
        await student.until(lambda: "Which ones?" in student.question)
        for given, said in (
            (("bread", "stone"), (f"✓ {number['bread']}. bread", f"✗ {number['stone']}. stone", "One that is right")),
            (("bread", "cheese"), (f"✓ {number['bread']}. bread", f"✓ {number['cheese']}. cheese")),
        ):
            await student.until(lambda: isinstance(student.screen.focused, Input) and student.screen.focused.is_mounted)
            await student.press(*" ".join(str(number[item]) for item in given))
            await student.press("enter")
            await student.until(lambda said=said: all(words in student.question for words in said))
        assert f"  {number['stone']}. stone" in student.question
        for item in ("bread", "cheese"):
            assert f"{number[item]}. It does." in student.question


async def test_a_check_right_after_a_pass_fails_no_step_that_has_not_been_read(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: "✓ step 1 passed" in student.news)
        await student.press("f2")
        assert student.news == "✓ step 1 has passed; this is step 2. F2 again checks it."
        assert attempts(student) == ["passed"]
        await student.press("f2")
        await student.until(lambda: "Say why: not yet" in student.panel)


async def test_a_check_that_is_stopped_says_so(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open("venv/slow")
        await student.press("f2")
        await student.until(lambda: "checking step 1" in student.news)
        await student.press("escape")
        await student.until(lambda: student.news == "You stopped the check of step 1. F2 checks it again.")


async def test_news_are_seen_whole_beside_a_long_title(open_app: OpenApp, course: Path) -> None:
    path = course / "exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("title: Tiny", "title: What an environment costs, and where it ends"))
    async with open_app((80, 24)) as student:
        await student.open()
        title, news = student.screen.query_one("#title"), student.screen.query_one("#news")
        assert title.display
        await student.type("touch made")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points")
        await student.until(lambda: not title.display and news.size.width > 70)
        await student.type("true")
        await student.until(lambda: title.display)
        student.screen.query_one(StatusBar).say(" ".join(["word"] * 25))
        await student.until(lambda: news.size.height == 2)


async def test_keys_of_a_program_that_fills_the_shell(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type(r"printf '\e[?1049h'; stty raw -echo; head -c 3 | cat -v; stty sane; printf '\e[?1049l'")
        await student.until(lambda: student.terminal.modes.alternate_screen)
        await student.press("ctrl+@")
        assert isinstance(student.app.screen, Choose)
        await student.press("escape")
        await student.press("f2")
        await student.until(lambda: student.terminal.at_prompt)
        assert attempts(student) == []


async def test_keys_that_belong_to_the_shell_reach_it(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("stty raw -echo; head -c 4 | od -An -c; stty sane")
        await student.until(lambda: not student.terminal.at_prompt)
        await student.press("ctrl+p", "ctrl+q", "ctrl+backslash", "tab")
        await student.until(lambda: r"020 021 034  \t" in student.shell)


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


async def test_a_page_leads_on_to_what_comes_next(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.press("enter")
        assert isinstance(student.app.screen, PageScreen)
        await student.press("n")
        await student.opened()
        await student.until(lambda: student.title == "Tiny · 0 of 7 points")


async def test_the_map_and_help(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.press("f1")
        assert isinstance(student.app.screen, Help)
        await student.press("escape")
        await student.press("down")
        await student.pilot.pause()
        about = student.app.screen.query_one("#about")
        assert "Hardly anything. About 1 minute." in str(about.render())


async def test_the_map_shows_descriptions_whole(open_app: OpenApp, course: Path) -> None:
    path = course / "exercises/venv/tiny/exercise.yaml"
    summary = " ".join(["Word"] * 30) + " end."
    path.write_text(path.read_text().replace("Hardly anything.", summary))
    lab = course / "labs/one/lab.yaml"
    lab.write_text(lab.read_text() + "needs:\n  fallback: " + " ".join(["Other"] * 30) + " last.\n")
    async with open_app((80, 24)) as student:
        await student.press("down")
        await student.pilot.pause()
        about = student.app.screen.query_one("#about")
        lines = [about.render_line(row).text for row in range(about.size.height)]
        assert "end. About 1 minute." in " ".join(" ".join(lines).split())
        assert "last." in lines[-1]


async def test_the_cursor_of_the_map_is_on_what_was_open_and_a_page_looks_read(open_app: OpenApp) -> None:
    async with open_app() as student:
        items = student.app.screen.query_one(OptionList)
        await student.press("enter", "n")
        await student.opened()
        await student.until(lambda: student.terminal.at_prompt)
        await student.press("f10")
        await student.until(lambda: isinstance(student.app.screen, CourseMap))
        assert items.highlighted_option is not None
        assert items.highlighted_option.id == "venv/tiny"
        assert "Something to read (read)" in str(items.get_option("one/reading").prompt)
        await student.press("down", "f1", "escape")
        await student.until(lambda: items.highlighted_option and items.highlighted_option.id == "venv/slow")


async def test_a_page_that_was_left_in_the_middle_has_not_been_read(open_app: OpenApp, course: Path) -> None:
    path = course / "labs/one/reading.md"
    path.write_text(path.read_text() + "\n\n".join(f"Line {number}." for number in range(60)))
    async with open_app((80, 24)) as student:
        await student.press("enter")
        await student.until(lambda: student.app.screen.query_one("#page").max_scroll_y)
        await student.press("escape")
        assert student.practice.pages_read() == set()
        await student.press("enter")
        await student.until(lambda: student.app.screen.query_one("#page").max_scroll_y)
        await student.press("end")
        page = student.app.screen.query_one("#page")
        await student.until(lambda: page.scroll_offset.y == page.max_scroll_y)
        await student.press("escape")
        assert student.practice.pages_read() == {"one/reading"}


async def test_the_help_fits_the_smallest_window_and_says_first_how_to_close_it(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.press("f1")
        await student.pilot.pause()
        page = student.app.screen.query_one(VerticalScroll)
        assert page.border_title == "Help · Esc closes it"
        assert page.max_scroll_y == 0


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


async def test_questions_of_every_form(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open("venv/asking")
        shown = student.practice.exercise("venv/asking").step("several").question
        assert shown is not None
        both = " ".join(str(shown.items.index(item) + 1) for item in ("bread", "cheese"))
        said = ("Your answer: 3,2", "✓ ", "Your order: 3 1 2", "Your answer: here")
        for number, answer in enumerate(("3,2", both, "3 1 2", "here"), start=1):
            await student.until(lambda: isinstance(student.screen.focused, Input) and not student.screen.focused.value)
            student.screen.focused.insert_text_at_cursor(answer)  # type: ignore[union-attr]
            await student.press("enter")
            await student.until(lambda number=number: student.title == f"Asking · {number} of 5 points")
            await student.until(lambda number=number: said[number - 1] in student.question)
            await student.press("enter")
        await student.until(lambda: isinstance(student.screen.focused, TextArea))
        student.screen.focused.text = "too short"  # type: ignore[union-attr]
        await student.press("f2")
        await student.until(lambda: "at least 3 words are wanted" in student.panel)
        student.screen.query_one(TextArea).text = "It is because of that"
        await student.press("f2")
        await student.until(lambda: student.title == "Asking · 4 of 5 points, 1 to be marked")
        assert "Your instructor marks it: names a reason" in student.panel


async def test_what_this_machine_has_is_a_screen(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.press("d")
        assert isinstance(student.app.screen, MachineScreen)
        text = student.app.screen.query_one(Static)
        await student.until(lambda: "✓ git " in str(text.render()))
        await student.press("escape")
        assert isinstance(student.app.screen, CourseMap)


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
        student.practice.hint("venv/tiny", "first")  # as `coursekit hint` in another terminal does
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


async def test_enter_picks_only_what_the_student_went_to(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: student.screen.query(OptionList))
        await student.press("f5", "pagedown", "enter")
        assert student.practice.standing("venv/tiny").step("ask").answers == ()
        await student.press("1", "enter")
        await student.until(lambda: isinstance(student.screen.focused, OptionList))
        await student.press("enter")
        assert len(student.practice.standing("venv/tiny").step("ask").answers) == 1
