"""Questions to a running QEMU in its own language, QMP: a line of JSON for each question, and one for each answer.

The library `qemu.qmp` speaks it too, over asyncio; a check asks five questions one after the other and is done, which
takes no event loop. https://www.qemu.org/docs/master/interop/qmp-spec.html
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from coursekit.technologies.hypervisor.peer import Peer, connect, ended_within, peer, require_qemu
from coursekit.technologies.hypervisor.problem import GuestProblem, NotQemu, NotRunning, busy

_LONGEST = 8_000_000
"""Bytes that one answer may have."""


class Qmp:
    """A connection to QEMU. A context manager: QEMU speaks to one at a time."""

    def __init__(self, path: Path, emulator: str, seconds: float) -> None:
        """Connect to a socket, and make sure that QEMU is behind it; all questions together may take so long.

        Raises NotRunning, NotQemu, GuestProblem.
        """
        self._path, self._deadline = path, time.monotonic() + seconds
        self._arrived = b""
        self._number = 0
        try:
            self._socket = connect(path, seconds)
        except TimeoutError as error:
            raise busy(str(path)) from error
        try:
            self.peer: Peer = peer(self._socket, path)
            require_qemu(self.peer, emulator, path)
            self.version = self._greeting()
            self.ask("qmp_capabilities")
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Qmp:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def ask(self, command: str, **arguments: Any) -> Any:
        """The answer to a command. Raises GuestProblem, NotRunning when QEMU ends meanwhile."""
        self._number += 1
        question = {"execute": command, "arguments": arguments, "id": self._number}
        self._wait_no_longer()
        try:
            self._socket.sendall(json.dumps(question).encode() + b"\n")
        except TimeoutError as error:
            raise busy(str(self._path)) from error
        except OSError as error:
            raise NotRunning(f"the guest at {self._path.parent} has just ended") from error
        while (answer := self._line()).get("id") != self._number:
            pass  # an event
        if "error" in answer:
            raise GuestProblem(f"QEMU says to {command}: {answer['error'].get('desc', '')}")
        return answer.get("return")

    def say(self, line: str) -> str:
        """What the monitor that people use says to a line: for what QMP has no command for."""
        return str(self.ask("human-monitor-command", **{"command-line": line}))

    def ends_within(self, seconds: float) -> bool:
        """Whether QEMU ends within so long. It closes this connection first, and the socket in the folder later."""
        self._deadline = time.monotonic() + seconds
        try:
            while True:
                self._line()  # an event
        except NotRunning:
            return ended_within(self.peer.pid, max(0.0, self._deadline - time.monotonic()))
        except GuestProblem:
            return False

    def _greeting(self) -> str:
        greeting = self._line()
        try:
            version = greeting["QMP"]["version"]
            numbers = version["qemu"]
            return f"{numbers['major']}.{numbers['minor']}.{numbers['micro']}"
        except (KeyError, TypeError) as error:
            raise NotQemu(f"what answers at {self._path.name} does not greet as QEMU does") from error

    def _line(self) -> dict[str, Any]:
        while b"\n" not in self._arrived:
            self._wait_no_longer()
            try:
                data = self._socket.recv(65_536)
            except TimeoutError as error:
                raise busy(str(self._path)) from error
            except OSError:
                data = b""
            if not data:
                raise NotRunning(f"the guest at {self._path.parent} has just ended")
            self._arrived += data
            if len(self._arrived) > _LONGEST:
                raise NotQemu(f"what answers at {self._path.name} says more than QEMU ever does")
        line, _, self._arrived = self._arrived.partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError as error:
            raise NotQemu(f"what answers at {self._path.name} does not speak QEMU's language") from error
        if not isinstance(answer, dict):
            raise NotQemu(f"what answers at {self._path.name} does not speak QEMU's language")
        return answer

    def _wait_no_longer(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise busy(str(self._path))
        self._socket.settimeout(left)
