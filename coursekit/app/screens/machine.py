"""What this machine has: each tool, which labs need it, and how to get it."""

from __future__ import annotations

import os
import threading
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from coursekit.model.course import Course
from coursekit.practice.machine import Line, Tone, look_at_machine, report, summary
from coursekit.shell.text import visible

_STYLES = {
    Tone.TITLE: "bold",
    Tone.GOOD: "$text-success",
    Tone.BAD: "bold $text-error",
    Tone.PLAIN: "",
    Tone.QUIET: "$text-muted",
}


class MachineScreen(Screen[None]):
    """Looked at anew each time it is opened: a tool may have been installed meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f10", "app.map", "Course map", key_display="Esc"),
        Binding("r", "look", "Look again"),
    ]

    def __init__(self, course: Course) -> None:
        super().__init__()
        self._course = course
        self._text = Static()

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="page"):
            yield self._text
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#page"))
        self.action_look()

    def action_look(self) -> None:
        """Look in a thread that nobody waits for: a tool may be slow."""
        self._text.update("Looking at this machine …")
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        rows = look_at_machine(self._course, os.environ.get("PATH", ""))
        system, *technologies = report(rows)
        lines = [system, summary(rows), *technologies]
        if self.is_attached:
            self.app.call_later(self._text.update, Content("\n").join([_shown(line) for line in lines]))


def _shown(line: Line) -> Content:
    return Content.styled(visible(line.text), _STYLES[line.tone])
