"""Questions in the app: how they are answered, and what stays in sight afterwards."""

from __future__ import annotations

import pytest
from textual.widgets import Input, OptionList, TextArea

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
