"""The guide of one step: prose, and commands that can be put at the prompt."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Markdown, Static

from coursekit.course.guide import parts
from coursekit.shell.text import visible


class _Prompt(Static):
    """The sign before a command: it is not copied with it."""

    ALLOW_SELECT = False


class Command(Horizontal):
    """A command of the guide. A click puts it at the prompt; the student presses Enter."""

    DEFAULT_CSS = """
    Command { width: 1fr; height: auto; padding: 0 1; background: $surface; color: $text-accent; }
    Command:hover { background: $accent 30%; }
    Command _Prompt { width: 2; }
    Command Static { height: auto; }
    """

    class Chosen(Message):
        """The student wants this command at the prompt."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command
        self.tooltip = "Click to put it at the prompt"

    def compose(self) -> ComposeResult:
        yield _Prompt("$")
        yield Static(Content(visible(self.command)))

    def on_click(self) -> None:
        self.post_message(self.Chosen(self.command))


class GuideView(Vertical):
    """Markdown with its blocks of commands. Links lead nowhere: what stands in a guide is text."""

    DEFAULT_CSS = """
    GuideView { height: auto; }
    GuideView Markdown { padding: 0 1; margin: 0; background: transparent; }
    GuideView Vertical { height: auto; margin: 0 1 1 1; }
    """

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self._markdown = markdown

    def compose(self) -> ComposeResult:
        for part in parts(self._markdown):
            if isinstance(part, tuple):
                yield Vertical(*(Command(command) for command in part))
            else:
                yield Markdown(visible(part), open_links=False)
