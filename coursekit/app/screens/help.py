"""What F1 shows: a page of help over the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

_HELP = """\
The guide says what to do, and why. You do it in your own shell: what you
type there is real. After each command coursekit looks at your machine, and
a step that is done turns green by itself.

[b]F1[/b]   this help                     [b]F6[/b]   one side only, and back
[b]F2[/b]   check now: what is missing?   [b]F7[/b]   begin anew; a copy is kept
[b]F3[/b]   next hint; its price first    [b]F8[/b]   the step before
[b]F4[/b]   put the guide's next command  [b]F9[/b]   the next step
     at your prompt                [b]F10[/b]  the map of the course
[b]F5[/b]   to the guide, to the shell    [b]Esc[/b]  close a panel, stop a check

[b]No F-keys?[/b] Press Ctrl+Space (or Alt+M), then a letter from the menu. In a
program that fills the shell, such as htop, it is the only key of ours.

What you type or paste beside the shell goes to the shell, unless it is an
answer. Page Down scrolls the guide when it is active, Shift+Page Up the shell.
Text selected with the mouse is copied. You can leave at any time: what has
passed is kept.

On the map, Enter opens what the cursor is on; d shows this machine.
"""


class Help(ModalScreen[None]):
    """A page of help over the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss", "Back"),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
    ]
    DEFAULT_CSS = """
    Help { align: center middle; }
    Help VerticalScroll { width: 80; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $accent; border-title-style: bold; background: $surface; }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll() as page:
            page.border_title = "Help · Esc closes it"
            yield Static(Content.from_markup(_HELP))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
