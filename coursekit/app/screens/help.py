"""What F1 shows: a page of help over the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown

_HELP = """\
# How this works

On one side stands **the guide**, on the other **your own shell**, in the folder of this exercise. What you type
there is real. After every command coursekit looks at your machine; a step that is done turns green by itself.
“Not yet” costs nothing.

| Key | What it does |
|---|---|
| F1 | This help |
| F2 | Check the step now, and say what is missing |
| F3 | Open the next hint; if it costs points, that is said first |
| F4 | Put the next command of the guide at your prompt; you press Enter |
| F5 | Go to the guide (to scroll, or to answer a question), and back to the shell |
| F6 | Give the whole window to the guide or the shell, and back |
| F7 | Begin the step or the exercise anew; a copy of your work is kept |
| F8, F9 | The step before, the next step |
| F10 | The course map |
| Esc | Close what the panel says; stop a check or a download that takes long |
| Shift+Page Up | Scroll back in the shell |

**No F-keys?** Press **Ctrl+Space** (or Alt+M), then one letter from the menu. A program that fills the shell, such as
htop, gets the F-keys for itself; Ctrl+Space still opens the menu.

What you type beside the shell goes to the shell, unless it is an answer. A click on a command in the guide puts it at
your prompt, too. Text that you select with the mouse is copied.

You can leave at any time. What has passed is kept, and your folder stays as it is. In another terminal the same
exercise is `coursekit check`, `coursekit hint`, `coursekit status`.

On the map, Enter opens what the cursor is on, and d shows what this machine has. Esc closes this help.
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
    Help VerticalScroll { width: 78; max-width: 98%; height: 95%; border: round $accent; background: $surface; }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown(_HELP, open_links=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
