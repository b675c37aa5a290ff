"""The line on top of an exercise: what it is, the points, and what is going on right now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from coursekit.shell.text import visible

_GAP = 2
"""Columns between the two."""
_QUIET = "$text-muted"


class StatusBar(Horizontal):
    """Left what stays, right what has just happened."""

    DEFAULT_CSS = """
    StatusBar { height: auto; max-height: 3; background: $primary 30%; padding: 0 1; }
    StatusBar #title { width: auto; text-style: bold; }
    StatusBar #news { width: 1fr; height: auto; text-align: right; margin-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = Static(Content(), id="title")
        self._news = Static(Content(), id="news")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._news

    def show_title(self, title: str) -> None:
        self._title.update(Content(visible(title)))
        self._make_room()

    def say(self, news: str, style: str = _QUIET) -> None:
        """Tell what happened last. Nothing in it is taken for markup."""
        self._news.update(Content.styled(visible(news), style))
        self._make_room()

    def on_resize(self) -> None:
        self._make_room()

    def _make_room(self) -> None:
        """News that do not fit beside the title are seen alone: a thought is not cut."""
        title, news = (widget.content for widget in (self._title, self._news))
        assert isinstance(title, Content)
        assert isinstance(news, Content)
        self._title.display = title.cell_length + _GAP + news.cell_length <= self.content_size.width
