"""A guest of coursekit's own: started, spoken to, and gone with whoever started it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from uuid import UUID

from coursekit.progress.ledger import Entry, Ledger
from coursekit.shell.channel import LocalChannel
from coursekit.shell.program import find_program, trusted_path
from coursekit.shell.running import Cancelled, never
from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.problem import GuestProblem, NotRunning, no_emulator
from coursekit.technologies.hypervisor.qmp import Qmp
from coursekit.technologies.install import install_command

KIND = "guest"
"""In the ledger. The guest's own number there is its UUID."""
_START = 20.0
"""Seconds that QEMU gets to open its sockets."""
_CLEAN = 30.0
"""Seconds that a guest gets to switch itself off."""


class OwnGuest:
    """A guest in a folder that is ready for it. A context manager: at its end there is no QEMU left, and no wait."""

    def __init__(self, folder: Path, hardware: Hardware, words: Sequence[str], ledger: Ledger | None = None) -> None:
        """Start it with the words of `start_words`, entered into the ledger where one is given. Raises GuestProblem."""
        emulator = find_program(hardware.emulator)
        if emulator is None:
            raise no_emulator(hardware.emulator, install_command(hardware.emulator))
        self.folder, self.hardware = folder, hardware
        self._ledger, self._entry = ledger, _entered(ledger, folder)
        argv = [str(emulator), *words[1:], *(("-uuid", str(UUID(self._entry.number))) if self._entry else ())]
        self._console = LocalChannel(argv, cwd=str(folder), environment={"PATH": trusted_path()})
        self.printed = b""
        deadline = time.monotonic() + _START
        try:
            while not _answers(folder, hardware):
                if not self._read(0.005) or time.monotonic() > deadline:
                    raise GuestProblem(f"QEMU did not start. The last it printed: {self._last()}")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> OwnGuest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._console.close()
        if self._ledger and self._entry:
            with contextlib.suppress(OSError):  # an entry for nothing does no harm
                self._ledger.strike(self._entry)

    def type(self, text: str) -> None:
        """Type on its console."""
        self._console.send(text.encode())

    def wait_for(self, text: bytes, seconds: float, cancelled: Cancelled = never) -> None:
        """Read its console until it has printed this. Raises GuestProblem when it ends, or never does."""
        deadline = time.monotonic() + seconds
        while text not in self.printed:
            if not self._read(0.05):
                raise GuestProblem(f"The guest ended by itself. The last it printed: {self._last()}")
            if time.monotonic() > deadline or cancelled():
                raise GuestProblem(
                    f"The guest was not ready after {seconds:.0f} s. The last it printed: {self._last()}"
                )

    def switch_off(self) -> bool:
        """Press its power button; gives whether it has switched itself off in time."""
        with contextlib.suppress(NotRunning), Qmp(self.folder / QMP_SOCKET, self.hardware.emulator, 5.0) as qmp:
            qmp.ask("system_powerdown")
        deadline = time.monotonic() + _CLEAN
        while time.monotonic() < deadline:
            if not self._read(0.05):
                return True
        return False

    def _read(self, seconds: float) -> bool:
        """Take in what it prints; False once it has ended."""
        data = self._console.receive(seconds)
        self.printed = (self.printed + (data or b""))[-100_000:]
        return data is not None

    def _last(self) -> str:
        return self.printed[-300:].decode("utf-8", "replace").strip() or "nothing"


def _entered(ledger: Ledger | None, folder: Path) -> Entry | None:
    try:
        return ledger.enter(KIND, str(folder)) if ledger else None
    except OSError as error:
        raise GuestProblem(f"What coursekit starts cannot be written down, so nothing was started: {error}") from error


def _answers(folder: Path, hardware: Hardware) -> bool:
    """Whether it can be asked: its socket takes a connection before the guest has been loaded."""
    try:
        Qmp(folder / QMP_SOCKET, hardware.emulator, 1.0).close()
    except (NotRunning, GuestProblem):
        return False
    return True
