"""What is around an exercise in the app: the map, pages, help, and what this machine has."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static

from coursekit.app.screens.course_map import CourseMap
from coursekit.app.screens.dialogs import Choose
from coursekit.app.screens.help import Help
from coursekit.app.screens.machine import MachineScreen
from coursekit.app.screens.page import PageScreen
from tests.app.conftest import OpenApp, Student
from tests.engines import Things
from tests.qemu import empty_guest, needs_qemu


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
        about = student.app.screen.query_one("#about")
        await student.until(lambda: "Hardly anything. About 1 minute." in str(about.render()))


async def test_the_map_shows_descriptions_whole(open_app: OpenApp, course: Path) -> None:
    path = course / "exercises/venv/tiny/exercise.yaml"
    summary = " ".join(["Word"] * 30) + " end."
    path.write_text(path.read_text().replace("Hardly anything.", summary))
    lab = course / "labs/one/lab.yaml"
    lab.write_text(lab.read_text() + "needs:\n  fallback: " + " ".join(["Other"] * 30) + " last.\n")
    async with open_app((80, 24)) as student:
        await student.press("down")
        about = student.app.screen.query_one("#about")

        def lines() -> list[str]:
            return [about.render_line(row).text for row in range(about.size.height)]

        await student.until(lambda: "last." in "".join(lines()[-1:]))
        assert "end. About 1 minute." in " ".join(" ".join(lines()).split())


async def test_the_cursor_stays_in_sight_beside_a_long_description(open_app: OpenApp, course: Path) -> None:
    path = course / "exercises/venv/asking/exercise.yaml"
    path.write_text(path.read_text().replace("A question of every form.", " ".join(["Word"] * 80)))
    async with open_app((60, 17)) as student:
        listed, about = student.app.screen.query_one(OptionList), student.app.screen.query_one("#about")
        await student.press("end")
        await student.until(lambda: about.size.height > 6)
        await student.until(lambda: 0 < listed.max_scroll_y == listed.scroll_offset.y)


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


async def test_what_this_machine_has_is_a_screen(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.press("d")
        assert isinstance(student.app.screen, MachineScreen)
        text = student.app.screen.query_one(Static)
        await student.until(lambda: "✓ git " in str(text.render()))
        await student.press("escape")
        assert isinstance(student.app.screen, CourseMap)


async def _back_on_the_map(student: Student) -> Static:
    await student.press("f10")
    await student.until(lambda: isinstance(student.app.screen, CourseMap))
    return student.app.screen.query_one("#running", Static)


@needs_qemu
async def test_guests_that_run_on_are_told_after_leaving(open_app: OpenApp, home: Path) -> None:
    async with open_app((80, 24)) as student:
        await student.open()
        workspace = home / "venv" / "tiny"
        with empty_guest(workspace / "one"), empty_guest(workspace / "two"):
            running = await _back_on_the_map(student)
            said = "2 guests still run and hold memory. To end them: go back, or coursekit clean"
            await student.until(lambda: str(running.content) == said)
            await student.until(lambda: running.size.height == 1)
            await student.open()
        running = await _back_on_the_map(student)
        await student.until(lambda: not running.display)


@pytest.mark.containers
async def test_containers_that_run_on_are_told_after_leaving(open_app: OpenApp, course: Path, things: Things) -> None:
    runs, ended = things.container(), things.ended("true")
    path = course / "exercises/venv/tiny/exercise.yaml"
    makes = f"makes: [{{container: {runs}}}, {{container: {ended}}}]\nsteps:\n"
    path.write_text(path.read_text().replace("steps:\n", makes))
    async with open_app((80, 24)) as student:
        await student.open()
        running = await _back_on_the_map(student)
        said = "1 container still runs and holds memory. To end it: go back, or coursekit clean"
        await student.until(lambda: str(running.content) == said)


async def test_the_map_comes_back_from_an_exercise_that_cannot_be_opened(open_app: OpenApp, course: Path) -> None:
    """One that was started, and whose author is in the middle of a change."""
    async with open_app() as student:
        student.practice.start("venv/tiny")
        (course / "exercises/venv/tiny/exercise.yaml").write_text("title: [")
        student.practice._exercises.clear()  # as after a new start of the app
        await student.press("down", "enter")
        await student.until(lambda: isinstance(student.app.screen, Choose))
        await student.press("b")
        await student.until(lambda: isinstance(student.app.screen, CourseMap))
        await student.pilot.pause()
        assert student.app.screen.query_one(OptionList).has_focus
