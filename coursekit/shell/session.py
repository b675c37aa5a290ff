"""A framed session: a shell of our own, kept open, that answers one command at a time and cannot be talked into lying.

Each command is sent quoted inside ``eval`` with its input from /dev/null, between two marks made of fresh random bits.
The marks are sent in two halves, so that an echo of what was sent never looks like one; the second carries the exit
status. Output before the first mark was left over from an earlier command. After any anomaly the session is discarded.
"""

from __future__ import annotations

import re
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

    def run(self, command: str, limits: Limits = Limits()) -> Completed:  # noqa: B008
        """Run a shell command line within limits."""
        if self._lost:
            return Completed(command, Ending.LOST, None, "", 0.0, self._lost)
        first, second = secrets.token_hex(16), secrets.token_hex(16)
        output = HeadAndTail(limits.kept)
        watch = Watch(limits, self._cancelled)
        try:
            self._channel.send(_framed(command, first, second))
        except OSError:
            return self._discard(command, Ending.LOST, "The shell has ended.", output, watch)
        frame = _Frame(first, second, output)
        while True:
            data = self._channel.receive(watch.pause)
            if data is None:
                return self._discard(command, Ending.LOST, "The shell ended during the command.", output, watch)
            if data:
                watch.heard = time.monotonic()
                if frame.add(data):
                    break
            if verdict := watch.verdict(output.size):
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


def _framed(command: str, first: str, second: str) -> bytes:
    def mark(word: str, rest: str) -> str:
        return f"printf '\\036%s%s{rest}\\036' {word[:16]} {word[16:]}"

    quoted = shlex.quote(command)
    line = f'{mark(first, "")}; eval {quoted} </dev/null 2>&1; {mark(second, ":%s:%s")} "$?" "$!"\n'
    return line.encode("utf-8", "surrogateescape")


class _Frame:
    """Finds the two marks in what arrives, in pieces of any size, and passes on what stands between them."""

    def __init__(self, first: str, second: str, output: HeadAndTail) -> None:
        self._first = f"\x1e{first}\x1e".encode()
        self._second = re.compile(rb"\x1e" + second.encode() + rb":(\d+):(\d*)\x1e")
        self._longest = len(second) + 30
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
        if match := self._second.search(pending):
            self._output.add(pending[: match.start()])
            self.status, self.background = int(match[1]), match[2].decode()
            return True
        self._output.add(pending[: -self._longest])
        self._pending = pending[-self._longest :]
        return False
