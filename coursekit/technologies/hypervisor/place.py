"""A running guest as a place where a check looks: everything through one shell on its line for checks."""

from __future__ import annotations

import base64
import posixpath
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from coursekit.shell.command_line import command_line
from coursekit.shell.place import Completed, Ending, Exchange, FileFacts, Limits
from coursekit.shell.running import Cancelled, never
from coursekit.shell.session import ShellSession
from coursekit.technologies.hypervisor.channel import GuestChannel
from coursekit.technologies.hypervisor.facts import Facts, look
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.problem import GuestProblem, NoAnswer, NotQemu, NotRunning

_LIMITS = Limits()
_QMP_SECONDS = 3.0
_KINDS = {"regular file": "file", "regular empty file": "file", "directory": "folder", "symbolic link": "link"}
_MISSING = 44
"""The exit status with which our own lines say that there is nothing."""


class GuestPlace:
    """A guest, root's home as the folder that relative paths start at. A context manager."""

    root = "/root"

    def __init__(
        self,
        folder: Path,
        hardware: Hardware,
        cancelled: Cancelled = never,
        name: str = "",
        answer_within: float = 10.0,
    ) -> None:
        """Look into the guest in a folder. Raises NotRunning, NotQemu, GuestProblem; NoAnswer when it is running."""
        self.name = name or f"the guest {folder.name}"
        self._folder, self._hardware, self._cancelled = folder, hardware, cancelled
        self.facts: Facts = look(folder, hardware, _QMP_SECONDS)
        if not self.facts.running:
            raise NoAnswer(f"QEMU holds the guest still: its status is {self.facts.status}")
        self._patience = answer_within
        self._session: ShellSession | None = self.session()

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "",
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        limits: Limits = _LIMITS,
    ) -> Completed:
        line = command_line(argv, self._path(cwd), environment, stdin)
        return replace(self.ask(line, limits), command=shlex.join(argv))

    def ask(self, command: str, limits: Limits = _LIMITS) -> Completed:
        """Run a command line in the shell that is kept open inside; after an anomaly in a new one."""
        try:
            if self._session is None or self._session.lost:
                self._session = self.session()
        except (NotRunning, NotQemu, NoAnswer) as trouble:
            return Completed(command, Ending.LOST, None, "", 0.0, f"{self._subject} does not answer: {trouble}.")
        completed = self._session.run(command, limits)
        if completed.ending is not Ending.LOST:
            return completed
        return replace(completed, explanation=self._why_lost(completed))

    @property
    def _subject(self) -> str:
        return self.name[:1].upper() + self.name[1:]

    def _why_lost(self, completed: Completed) -> str:
        try:
            look(self._folder, self._hardware, _QMP_SECONDS)
        except (NotRunning, NotQemu):
            return f"{self._subject} was switched off meanwhile."
        except GuestProblem:
            return completed.explanation
        return completed.explanation

    def converse(
        self, argv: Sequence[str], exchanges: Sequence[Exchange], *, cwd: str = "", limits: Limits = _LIMITS
    ) -> Completed:
        why = "A conversation cannot be held in a guest: its line for checks is no terminal."
        return Completed(shlex.join(argv), Ending.NOT_STARTED, None, "", 0.0, why)

    def read(self, path: str, limit: int = 1_000_000) -> bytes:
        whole = shlex.quote(self._path(path))
        line = f"[ -e {whole} ] || exit {_MISSING}; [ -f {whole} ] && head -c {limit} {whole} | base64 -w 0"
        done = self.ask(_in_subshell(line), Limits(seconds=30.0, kept=2 * limit + 4096))
        self._require(done, path)
        if not done.ok:
            raise OSError(f"{path} is not a regular file that can be read")
        return base64.b64decode(done.output)

    def stat(self, path: str, *, follow: bool = False) -> FileFacts | None:
        whole = shlex.quote(self._path(path))
        there = f"[ -e {whole} ]" + ("" if follow else f" || [ -L {whole} ]")
        plain = f"if [ -d {whole} ]; then echo 0 0 0 directory; else echo 0 0 0 regular file; fi"
        facts = f"stat {'-L ' if follow else ''}-c '%s %a %Y %F' {whole} 2>/dev/null || {plain}"
        done = self.ask(f"({there} || exit {_MISSING}; {facts}; readlink -n {whole}; :)")
        try:
            self._require(done, path)
        except FileNotFoundError:
            return None
        first, _, target = done.output.partition("\n")
        size, mode, modified, words = first.split(" ", 3)
        kind = _KINDS.get(words, "other")
        return FileFacts(kind, int(size), int(mode, 8), float(modified), target if kind == "link" else "")

    def names(self, path: str) -> list[str]:
        line = f"cd -- {shlex.quote(self._path(path))} && ls -1A"
        listed = self.ask(_in_subshell(line), Limits(kept=1_000_000))
        self._require(listed, path)
        if not listed.ok:
            raise OSError(listed.output.strip())
        return sorted(listed.output.splitlines())

    def session(self) -> ShellSession:
        """A new session: there is one line, so the one before ends. Raises NotRunning, NotQemu, NoAnswer."""
        self.close()
        channel = GuestChannel(self._folder, self.facts.pid, self._patience, self._cancelled)
        self._session = ShellSession(channel, self._cancelled)
        return self._session

    def close(self) -> None:
        if getattr(self, "_session", None) is not None:
            assert self._session is not None
            self._session.close()
            self._session = None

    def __enter__(self) -> GuestPlace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _path(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.root, path))

    @staticmethod
    def _require(done: Completed, path: str) -> None:
        if done.ending is not Ending.EXITED:
            raise GuestProblem(done.explanation)
        if done.exit_status == _MISSING:
            raise FileNotFoundError(path)


def _in_subshell(line: str) -> str:
    """A line that may end early without ending the shell."""
    return f"({line})"
