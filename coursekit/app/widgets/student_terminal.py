"""The student's own shell in the terminal widget, with its marks: tells when a prompt appeared and a command began."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from textual.message import Message

from coursekit.app.terminal.widget import Terminal
from coursekit.errors import CourseError
from coursekit.model.shell_state import ShellState
from coursekit.shell.marks import CommandBegan, MarkReader, MarkWatch, PromptShown
from coursekit.shell.student import Launch, StudentShell, plan_student_shell
from coursekit.shell.text import visible
from coursekit.supplies.wheels import with_wheels

_CLEAR_LINE = b"\x05\x15"
"""To the end of the line, and cut all before it: with Emacs and Vi keys, in fish, and in a plain tty."""

_MODES_OFF = b"\x1b[?1;9;1000;1002;1003;1004;1006;2004;2026l\x1b[?25h\x1b[0m"
"""The keyboard, the mouse and the cursor as a program finds them at its beginning."""


class StudentTerminal(Terminal):
    """Keys go to the shell, but for the few that are bindings of the app's."""

    class Prompt(Message):
        """The shell waits for a command, and said what is active in it."""

        def __init__(self, state: ShellState) -> None:
            super().__init__()
            self.state = state

    class Began(Message):
        """A command began."""

    class Quiet(Message):
        """A command seems to have ended, though no mark said so: marks are missing."""

    def __init__(self, workspace: Path, runtime: Path, wheels: Path) -> None:
        """``runtime`` is a folder for the shell's own files, ``wheels`` that of packages fetched beforehand."""
        super().__init__()
        self._workspace = workspace
        self._runtime = runtime
        self._wheels = wheels
        self._launch: Launch | None = None
        self._shell: StudentShell | None = None
        self._folder: tuple[int, int] | None = None
        """Which folder the workspace was when the shell was opened in it."""
        self._marks = MarkReader("")
        self._watch = MarkWatch()
        self.state: ShellState | None = None
        """What the shell said last; None until it has said anything."""
        self.at_prompt = False

    @property
    def marks_missing(self) -> bool:
        """Whether the shell, or what runs in it, no longer says when a command has ended."""
        return self._watch.missing

    @property
    def integrated(self) -> bool:
        """Whether this kind of shell can say when a command has ended."""
        return self._launch is not None and self._launch.integrated

    @property
    def shell_name(self) -> str:
        return "" if self._launch is None else self._launch.kind

    @property
    def has_ended(self) -> bool:
        """Whether there is no shell any more."""
        return self._shell is None

    @property
    def left_behind(self) -> bool:
        """Whether another folder has taken the place of the one in which the shell was opened."""
        return self._shell is not None and _identity(self._workspace) not in (None, self._folder)

    @property
    def can_insert(self) -> bool:
        """Whether the shell waits at a prompt, as far as it says so."""
        if self._shell is None or self.modes.alternate_screen:
            return False
        return self.at_prompt or self.marks_missing or not self.integrated

    @property
    def foreground_process(self) -> int:
        """The process that leads the terminal's foreground; 0 when nobody can say."""
        return 0 if self._shell is None else self._shell.foreground_process

    def put_at_prompt(self, command: str) -> None:
        """Put a command at the prompt in the place of what stands there; the student runs it."""
        self._send(_CLEAR_LINE)
        self.insert(command)

    def open_shell(self, said: str = "", *, cleared: bool = False) -> None:
        """Start the student's shell in the workspace, in the place of one that was there. Raises CourseError.

        What is ``said`` stands above its first prompt, below what the last shell has left, or on a ``cleared`` screen.
        """
        self.close_shell()
        self.state, self.at_prompt = None, False
        self._watch = MarkWatch()
        try:
            runtime = Path(tempfile.mkdtemp(dir=self._runtime))
            self._launch = plan_student_shell(self._workspace, with_wheels(os.environ, self._wheels), runtime)
            self._folder = _identity(self._workspace)
            self._shell = StudentShell(self._launch, 80, 24)
        except OSError as error:
            raise CourseError(
                f"Your shell cannot be opened: its files cannot be written to {self._runtime} ({error.strerror}).",
                "Make room there, then press Enter in the shell. If the folder is gone, start coursekit again.",
            ) from error
        if said:
            self.feed(self._begin_anew(cleared) + f"\x1b[2m{visible(said)}\x1b[0m\r\n".encode())
        self._marks = MarkReader(self._launch.nonce)
        self.attach(self._shell, self._read_marks)

    def _begin_anew(self, cleared: bool) -> bytes:
        """What makes the terminal ready for another shell, whatever the last program had asked of it."""
        leave = b"\x1b[?1049l" if self.modes.alternate_screen else b""
        at_margin = self.engine.cursor().x == 0
        return leave + _MODES_OFF + (b"\x1b[H\x1b[2J" if cleared else b"" if at_margin else b"\r\n")

    def close_shell(self) -> None:
        """Hang up."""
        self.detach()
        if self._shell is not None:
            self._shell.close()
            self._shell = None

    def integrate_again(self) -> None:
        """Put the line at the prompt that brings the marks back."""
        if self._launch is not None and self._shell is not None:
            program = self._shell.foreground
            kind = program if program in ("bash", "zsh", "fish") else None
            self.put_at_prompt(self._launch.integrate_again(kind).strip())

    def on_mount(self) -> None:
        self.set_interval(0.1, self._look_for_quiet)

    def on_unmount(self) -> None:
        self.close_shell()

    def _read_marks(self, data: bytes) -> bytes:
        screen, marks = self._marks.feed(data)
        self._watch.heard(time.monotonic())
        for mark in marks:
            self._watch.marked()
            match mark:
                case PromptShown(state):
                    self.state, self.at_prompt = state, True
                    self.post_message(self.Prompt(state))
                case CommandBegan():
                    self.at_prompt = False
                    self.post_message(self.Began())
        return screen

    def on_terminal_ended(self) -> None:
        self._shell = None

    def on_terminal_typed(self, event: Terminal.Typed) -> None:
        if event.enter:
            self._watch.entered(time.monotonic())

    def _look_for_quiet(self) -> None:
        program = "" if self._shell is None else self._shell.foreground
        in_a_shell = program in ("", "bash", "zsh", "fish", "sh", "dash")
        if self._watch.went_quiet(time.monotonic(), in_a_shell=in_a_shell) and not self.modes.alternate_screen:
            self.post_message(self.Quiet())


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one of the same name; None when there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
