"""A page of a lab, to be read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Markdown

from coursekit.course.outline import read_page
from coursekit.errors import CourseError
from coursekit.model.course import Course, Page
from coursekit.shell.text import visible


class PageScreen(Screen[None]):
    """Scroll with the arrow keys, Page Up and Page Down."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f10", "app.map", "Course map", key_display="Esc"),
        Binding("n,enter", "next", "What comes next", key_display="n"),
        Binding("f1,question_mark", "app.help", "Help", key_display="F1"),
    ]

    def __init__(self, course: Course, page: Page) -> None:
        super().__init__()
        self._course = course
        self.page = page

    def compose(self) -> ComposeResult:
        try:
            text = read_page(self._course, self.page)
        except CourseError as error:
            text = f"# {self.page.title}\n\n{error.message}"
        with VerticalScroll(id="page"):
            yield Markdown(visible(text), open_links=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#page").focus()

    def action_next(self) -> None:
        self.app.open_next(self.page.id)  # type: ignore[attr-defined]
