"""Questions in the app: how they are answered, and what stays in sight afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList, Static, TextArea

from coursekit.app.widgets.question_view import QuestionView
from tests.app.conftest import OpenApp


async def test_a_question_is_answered_in_the_app(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: "passed" in student.news)
        await student.until(lambda: student.screen.query(OptionList))
        assert student.screen.focused is student.terminal
        await student.press("f5", "1")
        await student.until(lambda: student.attempts[-1] == "failed")
        await student.until(lambda: "Not this." in student.question and isinstance(student.screen.focused, OptionList))
        await student.press("down", "down", "enter")
        await student.until(lambda: "Right. Just so." in student.question)
        assert student.panel == ""
        assert student.title == "Tiny · 4 of 7 points"  # only the first answer earns points
        assert "Enter goes on to step 3." in student.question
        await student.press("enter")
        await student.until(lambda: not student.screen.query(QuestionView))
        assert student.screen.focused is student.terminal


async def test_an_answer_typed_into_the_shell_is_told_where_it_belongs(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: student.screen.query(OptionList))
        await student.type("2")
        await student.until(lambda: student.news == "This step is a question: F5, then your answer.")
        await student.press("f5", "2")
        await student.until(lambda: "Right." in student.question)


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


def _long_question(course: Path, *, several: bool) -> None:
    """Make the second step of Tiny a question that needs more lines than half of a small window has."""
    path = course / "exercises/venv/tiny/exercise.yaml"
    text = path.read_text()
    start, end = text.index("      question:\n"), text.index("  - id: last")
    question = {
        "ask": "Which of all these would you say are enough for what you have seen so far in this exercise?",
        "several": several,
        "choices": [
            {"text": f"{word} {'is told at length, ' * 5}as is done here", "because": "Just so.", "right": right}
            for word, right in (("So", True), ("This", False), ("Thus", several))
        ],
    }
    path.write_text(f"{text[:start]}      question: {json.dumps(question)}\n{text[end:]}")


@pytest.mark.parametrize("several", [False, True])
async def test_a_small_window_shows_a_long_question_whole(open_app: OpenApp, course: Path, several: bool) -> None:
    _long_question(course, several=several)
    async with open_app((80, 24)) as student:
        await student.open()
        shell_height = student.terminal.size.height
        await student.press("f9")
        await student.until(lambda: student.question)
        guide = student.screen.query_one("#guide")
        await student.until(lambda: guide.size.height > 11 and guide.max_scroll_y == 0)
        assert 3 < student.terminal.size.height < shell_height
        await student.press("f8")
        await student.until(lambda: student.terminal.size.height == shell_height)


@pytest.mark.parametrize("several", [False, True])
async def test_the_lines_of_a_choice_stand_below_each_other(open_app: OpenApp, course: Path, several: bool) -> None:
    _long_question(course, several=several)
    async with open_app((80, 24)) as student:
        await student.open()
        await student.press("f9")
        await student.until(lambda: student.question)
        listed = student.screen.query_one(".items" if several else "OptionList")
        await student.until(lambda: listed.size.height == 6)
        widgets = list(listed.query(Static)) or [listed]
        lines = [widget.render_line(row).text for widget in widgets for row in range(widget.size.height)]
        for first, second in zip(lines[::2], lines[1::2], strict=True):
            start = first.index(". ") + 2
            assert second[:start].strip() == ""
            assert second[start] != " "


async def test_after_the_right_answer_there_is_no_place_for_another(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open("venv/asking")
        await student.until(lambda: student.screen.query(Input))
        await student.press("2", "enter")
        await student.until(lambda: "Your answer: 2" in student.question)
        await student.until(lambda: isinstance(student.screen.focused, Input))
        await student.press("3", "enter")
        await student.until(lambda: "Your answer: 3" in student.question)
        assert not student.screen.query(Input)
        await student.press("7")
        await student.until(lambda: student.shell.strip().endswith("7"))
        await student.press("f8")
        await student.until(lambda: "Your answer: 3" in student.question)
        await student.press("f5")
        assert student.screen.focused is student.screen.query_one("#guide")


async def test_a_check_of_a_question_leads_to_it(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open("venv/asking")
        await student.until(lambda: isinstance(student.screen.focused, Input))
        await student.press("f5")
        await student.until(lambda: not isinstance(student.screen.focused, Input))
        await student.press("f2")
        await student.until(lambda: isinstance(student.screen.focused, Input))
        assert student.news.startswith("Answer with")
        assert student.panel == ""


async def test_a_digit_that_is_no_number_picks_nothing(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.press("f9")
        await student.until(lambda: student.screen.query(OptionList))
        await student.press("f5")
        await student.until(lambda: isinstance(student.screen.focused, OptionList))
        await student.press("²")
        await student.until(lambda: student.shell.strip().endswith("²"))
        view = student.screen.query_one(QuestionView)
        view.post_message(events.Key("²", "²"))
        await student.pilot.pause()
        assert student.practice.standing("venv/tiny").step("ask").answers == ()


async def test_what_is_being_typed_stays_whatever_is_recorded_elsewhere(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open("venv/asking")
        await student.until(lambda: isinstance(student.screen.focused, Input))
        await student.press("2", "0")
        field = student.screen.query_one(Input)
        student.practice.answer("venv/asking", "word", "here")  # as `coursekit answer` does
        await student.until(lambda: student.title == "Asking · 1 of 5 points")
        workers = [worker for worker in student.app.workers if worker.group == "guide"]
        await student.app.workers.wait_for_complete(workers)
        assert student.screen.query_one(Input) is field
        await student.press("0")
        assert field.value == "200"
        student.practice.answer("venv/asking", "count", "3")
        await student.until(lambda: "Your answer: 3" in student.question)


async def test_what_has_been_typed_is_there_after_a_look_at_another_step(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open("venv/asking")
        await student.until(lambda: isinstance(student.screen.focused, Input))
        await student.press("2", "0", "f9")
        await student.until(lambda: "Which ones?" in student.question)
        assert student.screen.query_one(Input).value == ""
        await student.press("f8")
        await student.until(lambda: "How many?" in student.question)
        await student.until(lambda: isinstance(student.screen.focused, Input) and student.screen.focused.is_mounted)
        await student.press("0")
        assert student.screen.query_one(Input).value == "200"
        await student.press("enter")
        await student.until(lambda: "Your answer: 200" in student.question)
        assert student.screen.query_one(Input).value == ""
