"""The supervisor's loop: signals, the app's wishes, the end.

The app is started before anything is imported that this process needs only later: it has the longer way.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING

from coursekit.supervisor.terminal import TerminalGuard

if TYPE_CHECKING:
    from coursekit.supervisor.keeper import Keeper

_GRACE = 0.7
"""Seconds that the app gets to end after it has been asked to."""
_SHELL_IS_QUICKER = 0.1
"""Seconds within which a shell that continues a job has continued all of its processes."""
_KEPT = "Your work and your points are kept: start coursekit again to go on."


class Supervisor:
    """Runs one app to its end."""

    def __init__(self, app: Sequence[str], checker: Sequence[str]) -> None:
        """``app`` and ``checker`` are the commands to start; the app gets ``--control N --runtime FOLDER`` added."""
        self._app_argv = list(app)
        self._checker_argv = list(checker)
        self._runtime = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"coursekit-app-{os.urandom(6).hex()}")
        """Where app and checkers keep what must not outlive them, however they die."""
        self._folder_of_app = os.path.join(self._runtime, "app")
        self._keepers: dict[int, Keeper] = {}
        self._spare: Keeper | None = None
        self._control: socket.socket | None = None
        self._buffer = b""
        self._asked_to_end: int | None = None
        """The signal that ended the supervisor, to be passed on as such."""

    def run(self) -> int:
        """Start the app, serve it, and give its exit code: 128 + N after signal N. Raises CourseError."""
        self._make_runtime()
        guard = TerminalGuard()
        wake, notify = os.pipe()
        os.set_blocking(notify, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(notify, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, self._note)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the app reads the keyboard
        app = self._start_app()
        status: int | None = None
        try:
            while status is None:
                self._serve(wake, None)
                status = self._look_after(app, guard)
                self._reap_keepers()
        finally:
            guard.give_back(leave_screen=status != 0)
            self._stop_keepers()
            _remove(self._runtime)
        if self._asked_to_end is None and status > 128:
            sys.stderr.write(f"The app was stopped by signal {status - 128}. {_KEPT}\n")
        return status if self._asked_to_end is None else 128 + self._asked_to_end

    def _note(self, number: int, _: FrameType | None) -> None:
        if number in (signal.SIGTERM, signal.SIGHUP):
            self._asked_to_end = number

    def _make_runtime(self) -> None:
        try:
            os.mkdir(self._runtime, 0o700)
            os.mkdir(self._folder_of_app)
        except OSError as error:
            from coursekit.errors import CourseError, ExitCode

            _remove(self._runtime)
            raise CourseError(
                f"The folder for temporary files cannot be made: {error.filename} ({error.strerror}).",
                "Make room or give yourself the right to write there, or choose another place: TMPDIR=FOLDER coursekit",
                ExitCode.COULD_NOT_CHECK,
            ) from error

    def _start_app(self) -> int:
        ours, theirs = socket.socketpair()
        self._control = ours
        argv = [*self._app_argv, "--control", str(theirs.fileno()), "--runtime", self._folder_of_app]
        theirs.set_inheritable(True)
        pid = os.posix_spawn(argv[0], argv, os.environ, setsigdef=[signal.SIGPIPE, signal.SIGXFSZ])
        theirs.close()
        return pid

    def _look_after(self, app: int, guard: TerminalGuard) -> int | None:
        """The app's exit code if it has ended; passes on stops, and the order to end."""
        if self._asked_to_end is not None:
            return self._end_app(app)
        pid, status = os.waitpid(app, os.WNOHANG | os.WUNTRACED)
        if pid == 0:
            return None
        if os.WIFSTOPPED(status):
            guard.give_back(leave_screen=False)  # the app has left its screen before it stopped
            os.kill(os.getpid(), signal.SIGSTOP)  # the shell sees its job stop; `fg` continues all of it
            _continue(app)
            return None
        return _shell_status(status)

    def _end_app(self, app: int) -> int:
        os.kill(app, signal.SIGTERM)
        os.kill(app, signal.SIGCONT)
        deadline = time.monotonic() + _GRACE
        while time.monotonic() < deadline:
            pid, status = os.waitpid(app, os.WNOHANG)
            if pid:
                return _shell_status(status)
            time.sleep(0.01)
        os.kill(app, signal.SIGKILL)
        return _shell_status(os.waitpid(app, 0)[1])

    def _serve(self, wake: int, seconds: float | None) -> None:
        """Wait for a signal or a wish of the app's, and fulfil it."""
        watched: list[int | socket.socket] = [wake]
        if self._control is not None:
            watched.append(self._control)
        ready, _, _ = select.select(watched, [], [], seconds)
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
        if self._control is not None and self._control in ready:
            data = b""
            with contextlib.suppress(OSError):
                data = self._control.recv(65_536)
            if not data:
                self._control.close()
                self._control = None
                return
            import json

            *lines, self._buffer = (self._buffer + data).split(b"\n")
            for line in lines:
                self._fulfil(json.loads(line))

    def _fulfil(self, wish: dict[str, object]) -> None:
        match wish:
            case {"op": "checker"}:
                keeper = self._spare or self._start_keeper()
                self._spare = None
                with keeper.hand_out() as line:
                    self._answer({"op": "checker", "pid": keeper.pid}, line)
                self._spare = self._start_keeper()
            case {"op": "stop", "pid": int(pid)}:
                if pid in self._keepers:
                    self._keepers[pid].stop()
                else:
                    self._answer({"op": "stopped", "pid": pid})

    def _answer(self, answer: dict[str, object], line: socket.socket | None = None) -> None:
        if self._control is None:
            return
        import json

        data = json.dumps(answer).encode() + b"\n"
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [data], [line.fileno()] if line else [])

    def _start_keeper(self) -> Keeper:
        from coursekit.supervisor.keeper import Keeper  # while the app starts, and not before

        keeper = Keeper(self._checker_argv, self._runtime)
        self._keepers[keeper.pid] = keeper
        return keeper

    def _reap_keepers(self) -> None:
        for pid in list(self._keepers):
            if os.waitpid(pid, os.WNOHANG)[0]:
                keeper = self._keepers.pop(pid)
                keeper.stop()
                if keeper is self._spare:
                    self._spare = None
                self._answer({"op": "stopped", "pid": pid})

    def _stop_keepers(self) -> None:
        for keeper in self._keepers.values():
            keeper.stop()
        for pid in self._keepers:
            os.waitpid(pid, 0)
        self._keepers.clear()


def _remove(folder: str) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _continue(pid: int) -> None:
    """Continue a stopped child, unless the shell has done so: a second SIGCONT would have the app start over twice."""
    deadline = time.monotonic() + _SHELL_IS_QUICKER
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG | os.WCONTINUED)[0]:
            return
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def _shell_status(status: int) -> int:
    """What a shell would say of a child that ended with this status of ``waitpid``."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def run_app(arguments: Sequence[str]) -> int:
    """Run the app under a supervisor; gives the exit code."""
    python = [sys.executable, "-P", "-m"]
    return Supervisor([*python, "coursekit.app", *arguments], [*python, "coursekit.checker"]).run()
