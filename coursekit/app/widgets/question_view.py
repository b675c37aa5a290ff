"""The question of a step: its choices, and the explanation of the one that was given."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from coursekit.app.widgets.prose import prose
from coursekit.model.question import Question
from coursekit.practice.standing import StepStanding


class QuestionView(Vertical):
    """Choices to pick with arrows and Enter, with their number, or with a click."""

    DEFAULT_CSS = """
    QuestionView { height: auto; padding: 0 1; }
    QuestionView Static { width: 1fr; height: auto; margin-bottom: 1; }
    QuestionView OptionList { height: auto; max-height: 100%; border: none; padding: 0; }
    QuestionView OptionList:focus { border: none; }
    QuestionView OptionList:blur > .option-list--option-highlighted {
        background: transparent; color: $foreground; text-style: none;
    }
    """

    class Answered(Message):
        """The student picked a choice."""

        def __init__(self, step: str, choice: str) -> None:
            super().__init__()
            self.step = step
            self.choice = choice

    def __init__(self, step_id: str, question: Question, standing: StepStanding) -> None:
        super().__init__()
        self._step_id = step_id
        self._question = question
        self._standing = standing

    def compose(self) -> ComposeResult:
        given = self._standing.answers
        earns = "Your first answer decides about the points." if not given else "Answer again to learn: it is practice."
        note = "" if self._standing.achieved else f"\n{earns} Press its number (F5 goes here from the shell, and back)."
        yield Static(prose(self._question.ask, "bold") + Content(note))
        yield OptionList(*(self._option(number) for number in range(len(self._question.choices))))
        last = next((choice for choice in self._question.choices if given and choice.text == given[-1]), None)
        if last is not None:
            head = ("Right. ", "bold $text-success") if last.right else ("That is not it. ", "bold $text-warning")
            yield Static(Content.styled(*head) + prose(last.because))

    def _option(self, index: int) -> Option:
        choice = self._question.choices[index]
        given = choice.text in self._standing.answers
        mark = ("✓ " if choice.right else "✗ ") if given else ""
        return Option(Content(f"{index + 1}. {mark}") + prose(choice.text), id=str(index))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Answered(self._step_id, self._question.choices[event.option_index].text))

    def on_key(self, event: object) -> None:
        key = getattr(event, "key", "")
        if key.isdigit() and 1 <= int(key) <= len(self._question.choices):
            self.post_message(self.Answered(self._step_id, self._question.choices[int(key) - 1].text))
