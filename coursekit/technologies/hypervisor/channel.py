"""A channel to a shell in a guest, over its line for checks: one shell for one connection."""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import time
from pathlib import Path

from coursekit.shell.running import Cancelled, never
from coursekit.technologies.hypervisor.files import LINE_SOCKET
from coursekit.technologies.hypervisor.peer import connect, peer
from coursekit.technologies.hypervisor.problem import NoAnswer, NotQemu, NotRunning

_CHUNK = 65_536
_LOOK = 0.05
"""Seconds between two looks at whether the check was cancelled."""
_ASK_AGAIN = 1.0
"""Seconds without an answer after which a shell is asked for again."""
_PATIENCE = 10.0
"""Seconds for the guest to take what is sent."""


class GuestChannel:
    """A POSIX shell in a running guest. All that it started ends with the connection: `image/…/line.py` sees to it."""

    def __init__(self, folder: Path, pid: int, seconds: float, cancelled: Cancelled = never) -> None:
        """Ask for a shell, of the guest that the QEMU with this process number runs.

        Raises NotRunning, NotQemu when another process is behind the line, NoAnswer when nothing inside answers soon.
        """
        path = folder / LINE_SOCKET
        deadline = time.monotonic() + seconds
        self._closed = False
        try:
            self._socket = connect(path, max(0.1, seconds))
        except TimeoutError as error:
            raise NoAnswer("other checks are looking into the guest, one after the other") from error
        try:
            if peer(self._socket, path).pid != pid:
                raise NotQemu(f"{path.name} is not the line of the guest that {folder.name}/qmp.sock leads to")
            self._socket.setblocking(False)
            self._poll = select.poll()
            self._poll.register(self._socket, select.POLLIN | select.POLLHUP)
            word = secrets.token_urlsafe(16).encode()
            self._end = b"\x04end %s\x04" % word
            self._arrived = self._greeted(word, deadline, seconds, cancelled)
        except BaseException:
            self.close()
            raise

    def _greeted(self, word: bytes, deadline: float, seconds: float, cancelled: Cancelled) -> bytes:
        """What has come after the greeting; what came before it was said to somebody else.

        A service in the guest that begins anew meanwhile has not read the word, so it is sent again.
        """
        question, greeting = b"\x1enew %s\n" % word, b"\x1enew %s\x1e" % word
        arrived, heard, asked = b"", 0, 0.0
        while greeting not in arrived:
            left = deadline - time.monotonic()
            if time.monotonic() - asked > _ASK_AGAIN:
                asked = time.monotonic()
                self._ask_for(question)
            if left <= 0 or cancelled():
                said = f", though {heard} bytes came that answer nothing" if heard > len(greeting) else ""
                raise NoAnswer(f"nothing inside answered within {seconds:.3g} s{said}")
            if self._poll.poll(min(_LOOK, left) * 1000):
                data = self._read()
                if not data:
                    raise NotRunning("the guest was switched off just now")
                heard += len(data)
                arrived = (arrived + data)[-len(greeting) - _CHUNK :]
        return arrived.partition(greeting)[2]

    def _ask_for(self, question: bytes) -> None:
        try:
            self._socket.send(question)
        except BlockingIOError:
            return  # nobody inside has read what was asked before
        except OSError as error:
            raise NotRunning("the guest was switched off just now") from error

    def send(self, data: bytes) -> None:
        self._socket.settimeout(_PATIENCE)
        try:
            self._socket.sendall(data)
        finally:
            self._socket.setblocking(False)

    def receive(self, seconds: float) -> bytes | None:
        """What has arrived; the guest says in a word of its own that the shell has ended, since a line has no end."""
        waited = bool(self._poll.poll(seconds * 1000))
        if waited:
            data = self._read()
            if not data:
                return None
            self._arrived += data
        if self._end in self._arrived:
            before = self._arrived.partition(self._end)[0]
            self._arrived = self._end
            return before or None
        kept = self._arrived.rfind(b"\x04", -len(self._end)) if waited else -1
        kept = kept if kept >= 0 and self._end.startswith(self._arrived[kept:]) else len(self._arrived)
        given, self._arrived = self._arrived[:kept], self._arrived[kept:]
        return given

    def close(self) -> list[int]:
        """Let go: the guest ends the shell and what it started."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        return []

    def _read(self) -> bytes:
        try:
            return self._socket.recv(_CHUNK)
        except OSError:
            return b""
