"""A page of a lab, to be read."""

from __future__ import annotations

import contextlib
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Markdown

from coursekit.course.outline import read_page
from coursekit.errors import CourseError
from coursekit.model.course import Page
from coursekit.practice.practice import Practice
from coursekit.shell.text import visible


class PageScreen(Screen[None]):
    """Scroll with the arrow keys, Page Up and Page Down. It has been read when it is left from its end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f10", "map", "Course map", key_display="Esc"),
        Binding("n,enter", "next", "What comes next", key_display="n"),
        Binding("f1,question_mark", "app.help", "Help", key_display="F1"),
    ]

    def __init__(self, practice: Practice, page: Page) -> None:
        super().__init__()
        self._practice = practice
        self.page = page

    def compose(self) -> ComposeResult:
        try:
            text = read_page(self._practice.course, self.page)
        except CourseError as error:
            text = f"# {self.page.title}\n\n{error.message}"
        with VerticalScroll(id="page"):
            yield Markdown(visible(text), open_links=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#page").focus()

    def _note_whether_read(self) -> None:
        scroll = self.query_one("#page")
        if scroll.scroll_offset.y >= scroll.max_scroll_y:
            with contextlib.suppress(CourseError):  # such as a full disk: nothing is lost but a word on the map
                self._practice.mark_read(self.page.id)

    def action_map(self) -> None:
        """Back to the map."""
        self._note_whether_read()
        self.app.action_map()  # type: ignore[attr-defined]

    def action_next(self) -> None:
        self._note_whether_read()
        self.app.open_next(self.page.id)  # type: ignore[attr-defined]
