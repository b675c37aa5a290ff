"""The menu of an exercise: all that can be done there, by letters, for a keyboard without F-keys."""

from __future__ import annotations

from coursekit.app.screens.dialogs import Choose

_ENTRIES = (
    ("c", "Check this step", "check"),
    ("h", "Hint", "hint"),
    ("i", "Insert the next command at the prompt", "insert"),
    ("g", "Go to the guide, or back to the shell", "other_side"),
    ("z", "Give this side the whole window, and back", "zoom"),
    ("n", "Next step", "next"),
    ("p", "Previous step", "previous"),
    ("r", "Reset: begin anew", "reset"),
    ("s", "Start a new shell", "new_shell"),
    ("m", "Map of the course", "map"),
    ("?", "Help", "help"),
    ("q", "Quit", "app.quit"),
)
_TEACH = ("t", "Teach this shell to tell when a command ends (puts a line at the prompt)", "teach")
_FETCH = ("f", "Fetch the images that this exercise begins with", "fetch")


class Menu(Choose):
    """Gives a letter, whose action is in ``actions``."""

    def __init__(self, *, marks_missing: bool, has_images: bool) -> None:
        """What is offered depends on whether the shell's marks are missing, and whether the exercise needs images."""
        entries = [*([_TEACH] if marks_missing else []), *_ENTRIES]
        if has_images:
            entries.insert(-2, _FETCH)
        super().__init__("What do you want to do?", [(letter, text) for letter, text, _ in entries])
        self.actions = {letter: action for letter, _, action in entries}
