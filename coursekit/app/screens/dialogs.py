"""A small dialog over a screen: a choice among a few actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option


class Choose(ModalScreen[str | None]):
    """A question with a few answers, each with a letter of its own. Gives the letter, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]
    DEFAULT_CSS = """
    Choose { align: center middle; }
    Choose Vertical { width: 64; max-width: 95%; height: auto; max-height: 95%; border: round $accent; padding: 0 1;
        background: $surface; }
    Choose Static { width: 1fr; height: auto; margin-bottom: 1; }
    Choose OptionList { height: auto; border: none; }
    Choose OptionList:focus { border: none; }
    """

    def __init__(self, question: str, answers: Sequence[tuple[str, str]]) -> None:
        """``answers``: pairs of a letter and what it does."""
        super().__init__()
        self._question = question
        self._answers = list(answers)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self._question))
            yield OptionList(*(Option(Content(f"{letter}  {text}"), id=letter) for letter, text in self._answers))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def on_key(self, event: object) -> None:
        key = getattr(event, "key", "")
        character = getattr(event, "character", None) or key
        if character in [letter for letter, _ in self._answers]:
            self.dismiss(character)
