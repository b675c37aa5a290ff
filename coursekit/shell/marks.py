"""The marks that the student's shell prints (OSC 633), taken out of its output and understood.

A mark carries a nonce. That stops accidents, such as a file with marks in it being printed; it does not stop a student
who looks it up, so what the marks say is attested and no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from coursekit.model.shell_state import ShellState

_BEGIN = b"\x1b]633;"
_END = re.compile(rb"\x07|\x1b\\")
_LONGEST = 65_536
"""Bytes of a mark; what goes on for longer is no mark of ours, and is passed on."""


@dataclass(frozen=True)
class CommandBegan:
    """The student pressed Enter on a command."""


@dataclass(frozen=True)
class PromptShown:
    """A prompt has appeared: the shell waits."""

    state: ShellState
    after_command: bool
    """False for the first prompt, and after Enter on an empty line."""


Mark = CommandBegan | PromptShown


@dataclass
class MarkReader:
    """Takes the marks out of a shell's output. Bytes may come in pieces of any size."""

    nonce: str
    _held: bytes = b""
    """The beginning of what may become a mark."""
    _variables: dict[str, str] = field(default_factory=dict)
    _command: str = ""
    _status: int | None = None
    _ran: bool = False

    def feed(self, data: bytes) -> tuple[bytes, list[Mark]]:
        """The bytes for the screen, and the marks that stood between them."""
        if self._held:
            data, self._held = self._held + data, b""
        if b"\x1b" not in data:
            return data, []
        screen: list[bytes] = []
        marks: list[Mark] = []
        position = 0
        while (begin := data.find(_BEGIN, position)) >= 0:
            screen.append(data[position:begin])
            end = _END.search(data, begin)
            if end is None:
                if len(data) - begin > _LONGEST:
                    screen.append(data[begin:])
                    return b"".join(screen), marks
                self._held = data[begin:]
                return b"".join(screen), marks
            mark = self._understand(data[begin + len(_BEGIN) : end.start()].decode("utf-8", "replace"))
            marks += [mark] if mark else []
            position = end.end()
        kept = _partial(data, position)
        screen.append(data[position : len(data) - kept])
        self._held = data[len(data) - kept :]
        return b"".join(screen), marks

    def _understand(self, body: str) -> Mark | None:
        kind, _, rest = body.partition(";")
        content, _, nonce = rest.rpartition(";")
        if nonce != self.nonce:
            return None
        match kind:
            case "P":
                key, _, value = content.partition("=")
                self._set(key, _unescaped(value))
            case "D":
                self._status = int(content) if content.isdigit() else None
                self._ran = True
            case "C":
                return CommandBegan()
            case "A":
                return self._prompt()
        return None

    def _set(self, key: str, value: str) -> None:
        if key == "Command":
            self._command = value
        else:
            self._variables[key] = value

    def _prompt(self) -> PromptShown:
        variables, self._variables = self._variables, {}
        after_command, self._ran = self._ran, False
        cwd = variables.pop("Cwd", "")
        return PromptShown(ShellState(cwd, variables, self._command, self._status), after_command)


def _partial(data: bytes, start: int) -> int:
    """How many bytes at the end could be the beginning of a mark."""
    for length in range(min(len(_BEGIN) - 1, len(data) - start), 0, -1):
        if data.endswith(_BEGIN[:length]):
            return length
    return 0


def _unescaped(value: str) -> str:
    return re.sub(r"\\(\\|x([0-9a-f]{2}))", lambda match: chr(int(match[2], 16)) if match[2] else "\\", value)


@dataclass
class MarkWatch:
    """Notices that marks are missing: Enter was pressed, the output went quiet, and no mark came.

    Has no clock of its own: times are in seconds, from one clock.
    """

    quiet: float = 0.5
    """Seconds without output after which a command counts as ended when no mark says so."""
    patience: int = 2
    """So many times without a mark, and they count as missing."""
    missing: bool = False
    _entered: float | None = None
    _heard: float = 0.0
    _lost: int = 0

    def entered(self, now: float) -> None:
        """The student pressed Enter."""
        self._entered = self._heard = now

    def heard(self, now: float) -> None:
        """Something was printed."""
        self._heard = now

    def marked(self) -> None:
        """A mark came: all is well."""
        self._entered, self._lost, self.missing = None, 0, False

    def went_quiet(self, now: float, *, in_a_shell: bool = True) -> bool:
        """True once after each Enter that no mark followed, when the output has been quiet for long enough.

        That marks are missing is told only where a shell has the terminal: another program, such as a guest's console,
        has none to give.
        """
        if self._entered is None or now - self._heard < self.quiet:
            return False
        self._entered = None
        self._lost += in_a_shell
        self.missing = self._lost >= self.patience
        return True
