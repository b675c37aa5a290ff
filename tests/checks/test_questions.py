"""Questions of every form: what counts as an answer, how it is marked, and what is said of a wrong one."""

from __future__ import annotations

import pytest

from coursekit.checks.question import QuestionCheck
from coursekit.model.question import Choice, Form, Slip

CHOICE = QuestionCheck("Which?", choices=(Choice("a", "No a."), Choice("b", "Yes b.", right=True)))
SEVERAL = QuestionCheck(
    "Which ones?",
    choices=(Choice("a", "Yes a.", right=True), Choice("b", "No b."), Choice("c", "Yes c.", right=True)),
    several=True,
)
NUMBER = QuestionCheck(
    "How many?", number=3.5, tolerance=0.1, because="So.", otherwise="Count.", slips=(Slip("7", "Twice too many."),)
)
TEXT = QuestionCheck("Where?", text="site-packages/?", because="Yes.", otherwise="Look.", slips=(Slip("bin", "No."),))
ORDER = QuestionCheck("In which order?", order=("make", "activate", "install"), because="Yes.", otherwise="Think.")
ESSAY = QuestionCheck("Why?", essay=("names a reason", "gives an example"), words=3)


@pytest.mark.parametrize(
    ("question", "given", "right", "because"),
    [
        (CHOICE, "2", True, "Yes b."),
        (CHOICE, "a", False, "No a."),
        (SEVERAL, "1 3", True, "1. Yes a.\n3. Yes c."),
        (SEVERAL, "3,1", True, "1. Yes a.\n3. Yes c."),
        (SEVERAL, "a\nc", True, "1. Yes a.\n3. Yes c."),
        (SEVERAL, "1 2", False, "2. No b.\nOne that is right is missing."),
        (SEVERAL, "1 2 3", False, "2. No b."),
        (NUMBER, "3.5", True, "So."),
        (NUMBER, "3,45", True, "So."),
        (NUMBER, "3.7", False, "Count."),
        (NUMBER, "7.05", False, "Twice too many."),
        (TEXT, " Site-Packages ", True, "Yes."),
        (TEXT, "bin", False, "No."),
        (TEXT, "lib", False, "Look."),
        (ORDER, "3 1 2", True, "Yes."),
        (ORDER, "make\nactivate\ninstall", True, "Yes."),
        (ORDER, "3 2 1", False, "“install” does not come second. Think."),
        (ESSAY, "because it is so", None, "Your instructor marks it: names a reason; gives an example"),
    ],
)
def test_marking(question: QuestionCheck, given: str, right: bool | None, because: str) -> None:
    marked = question.mark(question.understand(given))
    assert (marked.right, marked.because) == (right, because)
    assert question.how


@pytest.mark.parametrize(
    ("question", "given", "said"),
    [
        (CHOICE, "3", "`3` is none of them"),
        (CHOICE, "", "`` is none of them"),
        (SEVERAL, "1 1", "twice"),
        (NUMBER, "many", "`many` is no number"),
        (NUMBER, "inf", "`inf` is no number"),
        (TEXT, "  ", "nothing in it"),
        (ORDER, "1 2", "all 3 are wanted"),
        (ESSAY, "too short", "at least 3 words are wanted; these are 2"),
    ],
)
def test_what_is_no_answer(question: QuestionCheck, given: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        question.understand(given)


def test_an_answer_that_the_question_no_longer_knows_is_wrong() -> None:
    assert not CHOICE.mark("z").right
    assert not NUMBER.mark("a\x00").right


def test_the_right_order_is_not_shown() -> None:
    assert ORDER.items == ("activate", "install", "make")
    assert ORDER.form is Form.ORDER


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "exactly one of"),
        ({"number": 1.0, "text": "x"}, "exactly one of"),
        ({"number": 1.0}, "needs `because`"),
        ({"text": "(", "because": "b", "otherwise": "o"}, "not a regular expression"),
        ({"order": ("a", "b", "c"), "because": "b", "otherwise": "o"}, "alphabetical"),
        ({"order": ("b", "a"), "because": "b", "otherwise": "o"}, "three different things"),
        ({"choices": (Choice("a", "x", True), Choice("b", "y", True)), "several": True}, "some are wrong"),
        ({"number": 1.0, "because": "b", "otherwise": "o", "slips": (Slip("x", "y"),)}, "could not convert"),
    ],
)
def test_questions_that_make_no_sense_are_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        QuestionCheck("?", **settings)  # type: ignore[arg-type]
