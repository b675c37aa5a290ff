"""The line on top of an exercise: what it is, the points, and what is going on right now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from coursekit.shell.text import visible

_GAP = 2
"""Columns between the two."""
_LEAST = 12
"""Columns that the title keeps, whatever the news."""
_QUIET = "$text-muted"


class StatusBar(Horizontal):
    """Left what stays, right what has just happened.

    Beside long news the title is shortened, and last goes without the points; longer ones take a second line.
    """

    DEFAULT_CSS = """
    StatusBar { height: auto; max-height: 3; background: $primary 30%; padding: 0 1; }
    StatusBar #title { width: auto; text-style: bold; }
    StatusBar #news { width: 1fr; height: auto; text-align: right; margin-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._exercise, self._points = "", ""
        self._title = Static(Content(), id="title")
        self._news = Static(Content(), id="news")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._news

    def show_title(self, exercise: str, points: str) -> None:
        """Show the title of the exercise, and the points that have been reached."""
        self._exercise, self._points = visible(exercise), f" · {points}"
        self._make_room()

    def say(self, news: str, style: str = _QUIET) -> None:
        """Tell what happened last. Nothing in it is taken for markup."""
        self._news.update(Content.styled(visible(news), style))
        self._make_room()

    def on_resize(self) -> None:
        self._make_room()

    def _make_room(self) -> None:
        title, points, news = Content(self._exercise), Content(self._points), self._news.content
        assert isinstance(news, Content)
        room = self.content_size.width - (_GAP + news.cell_length if news else 0)
        beside_points = room - points.cell_length
        if beside_points >= min(_LEAST, title.cell_length):
            self._title.update(title.truncate(beside_points, ellipsis=True) + points)
        else:
            self._title.update(title.truncate(max(room, _LEAST), ellipsis=True))
