"""The student's own shell: which one, with what environment, in a pseudo-terminal, with marks if it can."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import pwd
import secrets
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError, ExitCode
from coursekit.model.shell_state import VARIABLES, ShellState
from coursekit.shell.program import find_program

_FILES = Path(__file__).parent / "integration"
_CONTROLLING = Path(__file__).parent / "controlling.py"
_LONGEST_WAIT = 1.0
"""Seconds that a shell gets to end after its terminal has hung up."""


@dataclass(frozen=True)
class Launch:
    """All that is needed to start the student's shell."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    cwd: Path
    nonce: str
    runtime: Path
    """A private folder with the integration's files."""
    kind: str
    """``bash``, ``zsh``, ``fish``, or the name of a shell that cannot have marks."""

    @property
    def integrated(self) -> bool:
        """Whether this shell prints marks."""
        return self.kind in ("bash", "zsh", "fish")

    def integrate_again(self, kind: str | None = None) -> str:
        """The line that brings the marks back in a shell that lost them, such as after ``exec bash``."""
        return f" source {self.runtime}/integrate.{kind or self.kind}"


def student_shell_program(environment: Mapping[str, str]) -> str:
    """The absolute path of the student's shell: $SHELL, else the account's, else bash, else sh."""
    candidates = [environment.get("SHELL", "")]
    with contextlib.suppress(KeyError):
        candidates.append(pwd.getpwuid(os.getuid()).pw_shell)
    for candidate in candidates:
        if candidate.startswith("/") and os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    found = find_program("bash") or find_program("sh")
    if found is None:
        raise CourseError("There is no shell on this machine.", "Install bash.", ExitCode.TOOL_MISSING)
    return str(found)


def plan_student_shell(
    workspace: Path, environment: Mapping[str, str], runtime: Path, shell: str | None = None
) -> Launch:
    """Plan the student's shell in a workspace. Raises CourseError when there is none, OSError as writing files does.

    ``environment`` is what coursekit was started with; ``runtime`` an existing folder that nobody else can write to.
    """
    program = shell or student_shell_program(environment)
    kind = os.path.basename(program)
    nonce = secrets.token_hex(8)
    clean = student_environment(environment)
    clean["SHELL"] = program
    runtime.chmod(0o700)
    for name in ("integrate.bash", "rc.bash", "integrate.zsh", "integrate.fish"):
        _write(runtime / name, name, nonce, runtime, environment)
    match kind:
        case "bash":
            argv = [program, "--rcfile", str(runtime / "rc.bash"), "-i"]
        case "zsh":
            _write(runtime / ".zshenv", "zshenv.zsh", nonce, runtime, environment)
            _write(runtime / ".zshrc", "zshrc.zsh", nonce, runtime, environment)
            clean["ZDOTDIR"] = str(runtime)
            argv = [program, "-i"]
        case "fish":
            argv = [program, "-i", "--init-command", f"source {runtime}/integrate.fish"]
        case _:
            argv = [program, "-i"]
    return Launch(tuple(argv), clean, workspace, nonce, runtime, kind)


def _write(target: Path, name: str, nonce: str, runtime: Path, environment: Mapping[str, str]) -> None:
    zdotdir = environment.get("ZDOTDIR")
    filled = {
        "@NONCE@": nonce,
        "@FOLDER@": str(runtime),
        "@VARIABLES@": " ".join(VARIABLES),
        "@SYSTEM@": os.uname().sysname,
        "@RESTORE_ZDOTDIR@": f"ZDOTDIR='{zdotdir}'" if zdotdir else "unset ZDOTDIR",
    }
    text = (_FILES / name).read_text(encoding="utf-8")
    for word, value in filled.items():
        text = text.replace(word, value)
    target.write_text(text, encoding="utf-8")


def student_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The student's environment without anything of coursekit's own, for a terminal of ours."""
    own = sys.prefix if sys.prefix != sys.base_prefix else None
    clean = {
        name: value
        for name, value in environment.items()
        if not name.startswith("COURSEKIT_") and name not in ("LINES", "COLUMNS", "TMUX", "TMUX_PANE", "STY", "_")
    }
    if own:
        bin_folder = os.path.join(own, "bin")
        clean["PATH"] = ":".join(folder for folder in clean.get("PATH", "").split(":") if folder != bin_folder)
        for name in ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
            if clean.get("VIRTUAL_ENV" if name == "VIRTUAL_ENV_PROMPT" else name, "").startswith(own):
                clean.pop(name)
    return clean | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def this_terminal(environment: Mapping[str, str] = os.environ) -> ShellState:
    """The state of the shell that coursekit was started from, as far as its environment tells."""
    try:
        cwd = os.getcwd()
    except FileNotFoundError:
        cwd = environment.get("PWD", "")
    return ShellState(cwd, {name: environment[name] for name in VARIABLES if name in environment})


def _open_terminal() -> tuple[int, int]:
    """Both ends of a new pseudo-terminal. Raises CourseError."""
    try:
        return os.openpty()
    except OSError as error:
        raise CourseError(
            f"This machine has no terminal left for your shell ({error.strerror}).",
            "Close a few terminal windows, or other programs that have one open.",
            ExitCode.COULD_NOT_CHECK,
        ) from error


class StudentShell:
    """The running shell, behind a pseudo-terminal."""

    def __init__(self, launch: Launch, columns: int, rows: int) -> None:
        """Start it. Raises CourseError when that is not possible, OSError when its files cannot be written."""
        self.launch = launch
        plan = launch.runtime / f"plan-{secrets.token_hex(4)}.json"
        descriptor = os.open(plan, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump({"argv": launch.argv, "environment": dict(launch.environment)}, file)
        self.fd, terminal = _open_terminal()
        try:
            self._resize(columns, rows)
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_CONTROLLING), str(plan)],
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                cwd=launch.cwd,
                env={},
                start_new_session=True,
            )
        except OSError as error:
            os.close(self.fd)
            raise CourseError(f"Your shell cannot be started in {launch.cwd}: {error}.") from error
        finally:
            os.close(terminal)
        os.set_blocking(self.fd, False)
        self._unsent = b""
        self._closed = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def foreground(self) -> str:
        """The name of the program that has the terminal; empty where the system does not say."""
        with contextlib.suppress(OSError):
            return Path(f"/proc/{self.foreground_process}/comm").read_text().strip()
        return ""

    @property
    def foreground_process(self) -> int:
        """The process that leads those that have the terminal; 0 when there is no terminal any more."""
        with contextlib.suppress(OSError):
            return os.tcgetpgrp(self.fd)
        return 0

    def write(self, data: bytes) -> None:
        """Type bytes. What the terminal does not take now is kept for the next ``write`` or ``flush``."""
        self._unsent += data
        self.flush()

    def flush(self) -> bool:
        """Type what is still unsent; True when nothing is left."""
        while self._unsent:
            try:
                sent = os.write(self.fd, self._unsent[:4096])
            except BlockingIOError:
                return False
            except OSError:
                self._unsent = b""
                return True
            self._unsent = self._unsent[sent:]
        return True

    def read(self) -> bytes | None:
        """What has been printed: b"" when nothing has, None when the shell has ended."""
        try:
            return os.read(self.fd, 65_536) or None
        except BlockingIOError:
            return b""
        except OSError as error:
            if error.errno == errno.EIO:
                return None
            raise

    def resize(self, columns: int, rows: int) -> None:
        """Tell the shell how large its window is."""
        with contextlib.suppress(OSError):
            self._resize(columns, rows)

    def _resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", max(1, rows), max(1, columns), 0, 0))

    def close(self) -> int | None:
        """Hang up, and wait for a moment. What the student put into the background is theirs. Gives the exit status."""
        if not self._closed:
            self._closed = True
            os.close(self.fd)
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: a group of which none is alive
                os.killpg(self._process.pid, signal.SIGHUP)
            deadline = time.monotonic() + _LONGEST_WAIT
            while self._process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
        return self._process.returncode


def insertion(text: str, *, bracketed: bool) -> bytes:
    """The bytes that put a command at the prompt without running it: no line end, no control character."""
    line = "".join(character for character in text.strip() if character.isprintable())
    return f"\x1b[200~{line}\x1b[201~".encode() if bracketed else line.encode()
