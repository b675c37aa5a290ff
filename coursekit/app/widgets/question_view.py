"""The question of a step: what is listed, where the answer goes, and the explanation of the one that was given."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from coursekit.app.widgets.hanging import Hanging
from coursekit.app.widgets.prose import prose
from coursekit.model.question import Form, Question
from coursekit.practice.standing import StepStanding
from coursekit.shell.text import visible

_GOOD, _BAD = "bold $text-success", "bold $text-warning"


class Choices(OptionList, inherit_bindings=False):
    """The choices of a question. Enter picks what an arrow key has been used to go to, and nothing else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", "Up", show=False),
        Binding("down", "cursor_down", "Down", show=False),
        Binding("enter", "select", "Pick", show=False),
    ]

    def on_focus(self) -> None:
        self.highlighted = None  # the first would be chosen by nobody


class QuestionView(Vertical):
    """A choice is picked with its number, with arrows and Enter, or with a click; any other answer is typed."""

    DEFAULT_CSS = """
    QuestionView { height: auto; padding: 0 1; }
    QuestionView Static { width: 1fr; height: auto; margin-bottom: 1; }
    QuestionView .items { height: auto; margin-bottom: 1; }
    QuestionView .items Static { margin-bottom: 0; }
    QuestionView OptionList { height: auto; max-height: 100%; border: none; padding: 0; }
    QuestionView OptionList:focus { border: none; }
    QuestionView OptionList:blur > .option-list--option-highlighted {
        background: transparent; color: $foreground; text-style: none;
    }
    QuestionView Input { height: 1; border: none; padding: 0 1; margin-bottom: 1; background: $surface; }
    QuestionView Input:focus { border: none; background: $accent 20%; }
    QuestionView TextArea { height: 8; border: none; padding: 0 1; margin-bottom: 1; }
    """

    class Answered(Message):
        """The student gave an answer."""

        def __init__(self, step: str, answer: str) -> None:
            super().__init__()
            self.step = step
            self.answer = answer

    def __init__(
        self, step_id: str, question: Question, standing: StepStanding, leads_to: str = "", draft: str = ""
    ) -> None:
        """``leads_to`` says how to go on, below the explanation; ``draft`` is what has been typed already."""
        super().__init__()
        self._draft = draft
        self._leads_to = leads_to
        self._step_id = step_id
        self._question = question
        self._standing = standing

    def compose(self) -> ComposeResult:
        """The question; what is listed; a place for the right answer while it is wanted; what is said of the last."""
        question, given = self._question, self._standing.answers
        earns = "Your first answer decides about the points." if not given else "Answer again to learn: it is practice."
        note = "" if self._standing.achieved else f"\n{earns} {question.how}"
        yield Static(prose(question.ask, "bold") + Content(note))
        items = [self._listed(index) for index in range(len(question.items))]
        if question.form is Form.ESSAY:
            yield TextArea(self._draft or (given[-1] if given else ""), soft_wrap=True)
            yield Static(Content("F2 hands it in."))
        elif question.form is Form.CHOICE and not self._standing.achieved:
            yield Choices(*(Option(item) for item in items))
        else:
            if items:
                yield Vertical(*(Static(item) for item in items), classes="items")
            if not self._standing.achieved:
                yield Input(self._draft, placeholder="your answer, then Enter", select_on_focus=False)
        if given:
            yield Static(self._explanation(given[-1]))

    def _explanation(self, answer: str) -> Content:
        """What is said of an answer, after the answer itself where the list above does not show it."""
        question, marked = self._question, self._question.mark(answer)
        style = _BAD if marked.right is False else _GOOD
        head = Content.styled(f"{marked.headline} ", style)
        if question.form in (Form.NUMBER, Form.TEXT):
            head = Content(f"Your answer: {visible(answer)}\n") + head
        elif question.form is Form.ORDER:
            numbers = [str(question.items.index(item) + 1) for item in answer.splitlines() if item in question.items]
            head = Content(f"Your order: {' '.join(numbers)}\n") + head
        lines = [head + prose(marked.because)]
        if self._leads_to:
            lines.append(Content.styled(self._leads_to, "bold"))
        return Content("\n").join(lines)

    def _listed(self, index: int) -> Hanging:
        """One of the things that are listed, with its number, and a mark once it has been chosen.

        Of several choices those count that were last chosen together; a single one keeps its mark.
        """
        question, given = self._question, self._standing.answers
        number, text = Content(f"{index + 1}. "), prose(question.items[index])
        if not given or not question.choices:
            return Hanging(number, text)
        choice = question.choices[index]
        chosen = given if question.form is Form.CHOICE else given[-1].splitlines()
        if choice.text not in chosen:
            return Hanging(Content("  ") + number, text)
        mark = Content.styled("✓ ", _GOOD) if choice.right else Content.styled("✗ ", _BAD)
        return Hanging(mark + number, text)

    @property
    def place(self) -> Widget | None:
        """Where the answer goes, and what is to have the focus; None once it has been answered rightly."""
        return next(iter(self.query("OptionList, Input, TextArea")), None)

    @property
    def draft(self) -> str:
        """What stands where an answer is typed."""
        place = self.place
        if isinstance(place, TextArea):
            return place.text
        return place.value if isinstance(place, Input) else ""

    def hand_in(self) -> bool:
        """Take what stands in the essay for the answer; False when this is none."""
        for essay in self.query(TextArea):
            self.post_message(self.Answered(self._step_id, essay.text))
            return True
        return False

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Answered(self._step_id, self._question.choices[event.option_index].text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Answered(self._step_id, event.value))

    def on_key(self, event: events.Key) -> None:
        number = int(event.key) if event.key.isdecimal() else 0
        if self._question.form is Form.CHOICE and 1 <= number <= len(self._question.items):
            event.stop()
            self.post_message(self.Answered(self._step_id, self._question.items[number - 1]))
