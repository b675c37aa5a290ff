"""A framed session: a shell of our own, kept open, that answers one command at a time and cannot be talked into lying.

Each command is sent quoted inside ``eval`` with its input from /dev/null, between two marks made of 132 fresh random
bits. The marks are sent in two halves, so that an echo of what was sent never looks like one; the second carries the
exit status. Output before the first mark was left over from an earlier command. After any anomaly the session is
discarded. What is sent is kept short, since a shell reads its commands from a pipe byte by byte.
"""

from __future__ import annotations

import secrets
import shlex
import time

from coursekit.shell.channel import Channel
from coursekit.shell.place import Completed, Ending, Limits
from coursekit.shell.running import Cancelled, Watch, explain, never
from coursekit.shell.text import HeadAndTail

_LOST = "The session was discarded after an earlier command went wrong."


class ShellSession:
    """A session over a channel that leads to a POSIX shell which reads commands and does not echo them."""

    def __init__(self, channel: Channel, cancelled: Cancelled = never) -> None:
        self._channel = channel
        self._cancelled = cancelled
        self._lost = ""
        self._background = ""

    @property
    def lost(self) -> bool:
        """Whether it was discarded: it answers no command any more."""
        return bool(self._lost)

    def run(self, command: str, limits: Limits = Limits()) -> Completed:  # noqa: B008
        """Run a shell command line within limits."""
        if self._lost:
            return Completed(command, Ending.LOST, None, "", 0.0, self._lost)
        token = secrets.token_urlsafe(17)[:22]
        output = HeadAndTail(limits.kept)
        watch = Watch(limits, self._cancelled)
        try:
            self._channel.send(_framed(command, token))
        except OSError:
            return self._discard(command, Ending.LOST, "The shell has ended.", output, watch)
        frame = _Frame(token, output)
        while True:
            data = self._channel.receive(watch.pause)
            if data is None:
                frame.end()
                return self._discard(command, Ending.LOST, "The shell ended during the command.", output, watch)
            if data:
                watch.heard = time.monotonic()
                if frame.add(data):
                    break
            if verdict := watch.verdict(output.size):
                frame.end()
                return self._discard(command, verdict, explain(verdict, limits, output), output, watch)
        return self._completed(command, frame, output, watch)

    def _completed(self, command: str, frame: _Frame, output: HeadAndTail, watch: Watch) -> Completed:
        completed = Completed(command, Ending.EXITED, frame.status, output.text(), watch.seconds)
        if frame.early:
            return self._discard(
                command, Ending.LOST, "An earlier command was still printing in the background.", output, watch
            )
        if frame.background != self._background:
            self.close()  # what runs on could speak into the answer of the next command
            self._lost = "An earlier command left something running in the background."
        return completed

    def _discard(self, command: str, ending: Ending, explanation: str, output: HeadAndTail, watch: Watch) -> Completed:
        self.close()
        return Completed(command, ending, None, output.text(), watch.seconds, explanation)

    def close(self) -> None:
        if not self._lost:
            self._lost = _LOST
        self._channel.close()


def _framed(command: str, token: str) -> bytes:
    halves = f"{token[:11]} {token[11:]}"
    quoted = shlex.quote(command)
    line = f"printf '\\36%s%s<' {halves};eval {quoted} </dev/null;printf '\\36%s%s:%s:%s\\36' {halves} $? $!\n"
    return line.encode("utf-8", "surrogateescape")


class _Frame:
    """Finds the two marks in what arrives, in pieces of any size, and passes on what stands between them."""

    def __init__(self, token: str, output: HeadAndTail) -> None:
        self._first = f"\x1e{token}<".encode()
        self._second = f"\x1e{token}:".encode()
        self._longest = len(token) + 30
        """Bytes that the second mark takes at the most."""
        self._output = output
        self._pending = b""
        self._begun = False
        self.early = b""
        """What arrived before the first mark."""
        self.status = -1
        self.background = ""
        """The shell's ``$!``: it changes when a command is put into the background."""

    def add(self, data: bytes) -> bool:
        """Take in what has arrived; True once the second mark is there."""
        pending = self._pending + data
        if not self._begun:
            at = pending.find(self._first)
            if at < 0:
                self._pending = pending[-len(self._first) :]
                self.early += pending[: -len(self._first)][:1000]
                return False
            self._begun = True
            self.early += pending[:at]
            pending = pending[at + len(self._first) :]
        at = pending.find(self._second)
        end = pending.find(b"\x1e", at + 1) if at >= 0 else -1
        if end >= 0:
            self._output.add(pending[:at])
            status, _, background = pending[at + len(self._second) : end].partition(b":")
            self.status, self.background = int(status), background.decode()
            return True
        self._output.add(pending[: -self._longest])
        self._pending = pending[-self._longest :]
        return False

    def end(self) -> None:
        """Nothing more will come: what was kept back, because a mark might begin in it, is output."""
        said = self._pending if self._begun else self.early + self._pending
        self._output.add(said.partition(self._second[:2])[0])
        self._pending = b""
