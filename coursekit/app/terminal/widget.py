"""The terminal widget: a screen view with a process behind it, that gets the keys, the pastes and the mouse.

It gets every key that is not a priority binding of the app's: the app has few of those, and none of Textual's own
(`inherit_bindings=False`, `ENABLE_COMMAND_PALETTE = False`). It starts no process, and ends none but one that has
already closed its terminal.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.cells import cell_len
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection

from coursekit.app.terminal.engine import make_engine
from coursekit.app.terminal.keys import encode_key, encode_paste
from coursekit.app.terminal.mouse import NO_BUTTON, WHEEL_DOWN, WHEEL_UP, Action, encode_mouse
from coursekit.app.terminal.screen_view import MakeEngine, ScreenView
from coursekit.app.terminal.stream import Stream, TerminalProcess
from coursekit.shell.student import insertion

_WHEEL_ROWS = 3
_WORD_ENDS = frozenset(" \"'`()[]{}<>|;,")


class Terminal(ScreenView, can_focus=True):
    """A terminal. Give it a process with `attach`; its messages tell what happens."""

    DEFAULT_CSS = """
    Terminal { width: 1fr; height: 1fr; background: $background; color: $foreground; }
    """

    class Ended(Message):
        """The process has closed its terminal."""

        def __init__(self, terminal: Terminal, exit_status: int | None) -> None:
            super().__init__()
            self.terminal = terminal
            self.exit_status = exit_status
            """None when it is not known; negative for a signal."""

        @property
        def control(self) -> Terminal:
            return self.terminal

    class Typed(Message):
        """The student typed or pasted something."""

        def __init__(self, terminal: Terminal, enter: bool) -> None:
            super().__init__()
            self.terminal = terminal
            self.enter = enter
            """Whether it may have started a command: Enter, or a paste with an end of line."""

        @property
        def control(self) -> Terminal:
            return self.terminal

    class Output(Message):
        """The process printed something, and has been quiet since for `stream.QUIET` seconds."""

        def __init__(self, terminal: Terminal) -> None:
            super().__init__()
            self.terminal = terminal

        @property
        def control(self) -> Terminal:
            return self.terminal

    def __init__(
        self,
        *,
        scrollback: int = 10_000,
        engine: MakeEngine = make_engine,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(scrollback=scrollback, engine=engine, name=name, id=id, classes=classes)
        self._process: TerminalProcess | None = None
        self._stream: Stream | None = None
        self._filter: Callable[[bytes], bytes] | None = None

    def attach(self, process: TerminalProcess, output_filter: Callable[[bytes], bytes] | None = None) -> None:
        """Show a process from now on, in the place of any other. Only when mounted.

        All output goes through `output_filter` first. The process is told the size of the screen.
        """
        self.detach()
        self._process, self._filter = process, output_filter
        process.resize(self.engine.columns, self.engine.rows)
        self._stream = Stream(process, self._take_output, self._tell_quiet, self._tell_ended)

    def detach(self) -> None:
        """Leave the process alone; what it printed stays in sight."""
        if self._stream is not None:
            self._stream.close()
        self._stream = self._process = self._filter = None

    def on_unmount(self) -> None:
        self.detach()

    @property
    def seconds_quiet(self) -> float:
        """For how long the process has printed nothing; endless without a process."""
        return float("inf") if self._stream is None else time.monotonic() - self._stream.last_output

    def insert(self, text: str) -> None:
        """Put a command at the prompt without running it. Line ends and control characters are left out."""
        self._send(insertion(text, bracketed=self.modes.bracketed_paste))

    def size_changed(self, columns: int, rows: int) -> None:
        if self._process is not None:
            self._process.resize(columns, rows)

    def _take_output(self, data: bytes) -> None:
        if self._filter is not None:
            data = self._filter(data)
        if (answer := self.feed(data)) and self._stream is not None:
            self._stream.send(answer)

    def _tell_quiet(self) -> None:
        self.post_message(self.Output(self))

    def _tell_ended(self) -> None:
        process = self._process
        self.detach()
        self.post_message(self.Ended(self, None if process is None else process.close()))

    def _send(self, data: bytes, enter: bool = False) -> None:
        """Send what the student typed."""
        if self._stream is not None and data:
            self.scroll_back_down()
            self._stream.send(data)
            self.post_message(self.Typed(self, enter))

    def on_key(self, event: events.Key) -> None:
        if self._stream is None:
            return
        if event.key in ("shift+pageup", "shift+pagedown") and not self.modes.alternate_screen:
            page = max(1, self.size.height - 1)
            self.scroll_rows(-page if event.key == "shift+pageup" else page)
        elif data := encode_key(event.key, event.character, application_cursor=self.modes.application_cursor):
            self._send(data, enter=data.endswith((b"\r", b"\n")))
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        bracketed = self.modes.bracketed_paste
        self._send(encode_paste(event.text, bracketed=bracketed), enter=not bracketed and "\n" in event.text)

    def on_focus(self) -> None:
        self._focus_changed(b"\x1b[I")

    def on_blur(self) -> None:
        self._focus_changed(b"\x1b[O")

    def _focus_changed(self, report: bytes) -> None:
        self.refresh_cursor()
        if self._stream is not None and self.modes.focus_reports:
            self._stream.send(report)

    @property
    def allow_select(self) -> bool:
        """Text is selected with the mouse unless the program wants the mouse for itself."""
        return not self.modes.mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._report(Action.PRESS, event.button - 1, event):
            self.capture_mouse()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
        if not self._report(Action.RELEASE, event.button - 1, event):
            self._copy_selection()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._report(Action.MOVE, event.button - 1 if event.button else NO_BUTTON, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, WHEEL_UP, -_WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, WHEEL_DOWN, _WHEEL_ROWS)

    def _wheel(self, event: events.MouseEvent, button: int, rows: int) -> None:
        """The wheel goes to a program that tracks the mouse, moves the cursor of a full-screen one, or scrolls."""
        event.stop()
        event.prevent_default()
        modes = self.modes
        if self._report(Action.PRESS, button, event):
            return
        if modes.alternate_screen and self._stream is not None:
            arrow = encode_key("up" if rows < 0 else "down", application_cursor=modes.application_cursor)
            self._stream.send((arrow or b"") * abs(rows))
        else:
            self.scroll_rows(rows)

    def _report(self, action: Action, button: int, event: events.MouseEvent) -> bool:
        """Tell a program that tracks the mouse; False when it does not."""
        modes = self.modes
        if not modes.mouse or self._stream is None or not self.size.area:
            return False
        event.stop()
        x, y = event.get_content_offset_capture(self)
        position = (min(max(x, 0), self.size.width - 1), min(max(y, 0), self.size.height - 1))
        keys = {"shift": event.shift, "alt": event.meta, "ctrl": event.ctrl}
        data = encode_mouse(action, button, position, mode=modes.mouse, sgr=modes.mouse_sgr, **keys)
        if data is not None:
            self._stream.send(data)
        return True

    def on_click(self, event: events.Click) -> None:
        """A double click selects a word, where Textual would select everything."""
        if event.chain != 2 or self.modes.mouse:
            return
        event.prevent_default()
        offset = event.get_content_offset(self)
        lines = self.visible_text.split("\n")
        if offset is None or offset.y >= len(lines):
            return
        start, end = _word_around(lines[offset.y], offset.x)
        if start < end:
            self.screen.selections = {self: Selection(Offset(start, offset.y), Offset(end, offset.y))}
            self._copy_selection()

    def _copy_selection(self) -> None:
        """What is selected is copied, as in tmux: there is no key to copy with that a program could not want."""
        if self.text_selection is not None and (found := self.get_selection(self.text_selection)) and found[0]:
            self.app.copy_to_clipboard(found[0])


def _word_around(line: str, column: int) -> tuple[int, int]:
    """Return where the word at a column begins and ends, counted in characters."""
    start = end = next((index for index in range(len(line)) if cell_len(line[: index + 1]) > column), len(line))
    while start > 0 and line[start - 1] not in _WORD_ENDS:
        start -= 1
    while end < len(line) and line[end] not in _WORD_ENDS:
        end += 1
    return start, end
