"""The side of an exercise where the shell is: it is opened here, and what it tells of itself is passed on."""

from __future__ import annotations

from textual.app import ComposeResult

from coursekit.app.automatic import AutomaticChecks
from coursekit.app.terminal.widget import Terminal
from coursekit.app.widgets.panel import Panel
from coursekit.app.widgets.sides import Side
from coursekit.app.widgets.status_bar import StatusBar
from coursekit.app.widgets.student_terminal import StudentTerminal
from coursekit.errors import CourseError
from coursekit.model.shell_state import ShellState

_BAD = "bold $text-warning"


class ShellSide(Side):
    """After every command it wishes for an automatic check."""

    def __init__(
        self, terminal: StudentTerminal, automatic: AutomaticChecks, status: StatusBar, panel: Panel, id: str
    ) -> None:
        super().__init__(id=id)
        self._terminal, self._automatic = terminal, automatic
        self._status, self._panel = status, panel
        self._marks_were_missing = False
        self._said_left_behind = False

    def compose(self) -> ComposeResult:
        yield self._terminal

    def open_shell(self, said: str = "", *, cleared: bool = False) -> None:
        """Open a shell in the place of one that was there, as `StudentTerminal.open_shell` does; say what is amiss."""
        if self._said_left_behind:
            self._said_left_behind = False
            self._panel.dismiss()
        try:
            self._terminal.open_shell(said, cleared=cleared)
        except CourseError as error:
            self._panel.say_error(error)
            return
        if not self._terminal.integrated:
            self._panel.say(
                f"Your shell is {self._terminal.shell_name}. It does not tell coursekit when a command has ended.",
                "The steps are checked when it goes quiet, and with F2. What has to be active in a shell can be "
                "checked only in bash, zsh or fish: start coursekit with SHELL=/bin/bash coursekit",
            )

    def look_at_folder(self) -> None:
        """Say once when the shell is no longer in the exercise's folder, though its prompt still names that."""
        if self._terminal.left_behind and not self._said_left_behind:
            self._said_left_behind = True
            self._panel.say(
                "The folder of this exercise is a new one, as after a reset in another terminal.",
                "Your shell is still in the old one, where nothing is checked any more. "
                "^Space, then s, opens a new shell in the new folder.",
                _BAD,
            )

    @property
    def state(self) -> ShellState | None:
        """What the shell says of itself; None when it no longer says anything that can be relied on."""
        return None if self._terminal.marks_missing else self._terminal.state

    @property
    def full(self) -> bool:
        """Whether a program fills the shell, and has the keys."""
        return self._terminal.has_focus and self.filled

    @property
    def filled(self) -> bool:
        """Whether a program fills the shell, such as an editor."""
        return self._terminal.modes.alternate_screen

    def on_student_terminal_prompt(self, event: StudentTerminal.Prompt) -> None:
        if self._marks_were_missing:
            self._marks_were_missing = False
            self._status.say("your shell is heard again")
        self._automatic.wish(event.state)

    def on_student_terminal_began(self) -> None:
        self._automatic.command_began()
        self._status.say("")

    def on_student_terminal_quiet(self) -> None:
        if self._terminal.marks_missing and not self._marks_were_missing:
            self._marks_were_missing = True
            self._status.say("This shell does not tell when a command ends. ^Space, then t, mends it.", _BAD)
        self._automatic.wish(self.state)

    def on_terminal_ended(self, event: Terminal.Ended) -> None:
        self._status.say("Your shell has ended. Enter opens a new one.", _BAD)
