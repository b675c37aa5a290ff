"""The line on top of an exercise: what it is, the points, and what is going on right now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from coursekit.shell.text import visible

_QUIET = "$text-muted"


class StatusBar(Horizontal):
    """Left what stays, right what has just happened."""

    DEFAULT_CSS = """
    StatusBar { height: 1; background: $primary 30%; padding: 0 1; }
    StatusBar #title { width: auto; text-style: bold; }
    StatusBar #news { width: 1fr; text-align: right; text-overflow: ellipsis; text-wrap: nowrap; margin-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = Static(id="title")
        self._news = Static(id="news")
        self._passing = False

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._news

    def show_title(self, title: str) -> None:
        self._title.update(Content(visible(title)))

    def say(self, news: str, style: str = _QUIET, *, passing: bool = False) -> None:
        """Tell what happened last. Nothing in it is taken for markup.

        What is ``passing`` is unsaid by `say_no_more`.
        """
        self._passing = passing
        self._news.update(Content.styled(visible(news), style))

    def say_no_more(self) -> None:
        """Take back what was said in passing."""
        if self._passing:
            self.say("")
