"""A container as a place where a check looks: files through the API, programs in one shell kept open inside.

Whatever the engine does wrong is raised as EngineProblem, which is nobody's failure; what the container does is told.
"""

from __future__ import annotations

import contextlib
import posixpath
import secrets
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from coursekit.shell.command_line import command_line
from coursekit.shell.conversation import converse
from coursekit.shell.place import Completed, Ending, Exchange, FileFacts, Limits
from coursekit.shell.program import find_program, trusted_path
from coursekit.shell.running import Cancelled, never
from coursekit.shell.session import ShellSession
from coursekit.technologies.engine.channel import TAG, ContainerChannel, end_tagged
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.problem import EngineProblem, Gone

_LIMITS = Limits()
_FOLDER, _LINK = 1 << 31, 1 << 27
_OTHER = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19
_SPECIAL = {1 << 23: 0o4000, 1 << 22: 0o2000, 1 << 20: 0o1000}
"""Bits of Go's ``os.FileMode``, in which the API gives a file's mode: device, pipe, socket, terminal, and what else is
no file; and those for which Unix has others: setuid, setgid, sticky. https://pkg.go.dev/io/fs#FileMode"""
_LINKS = 20
"""So many links are followed, one after the other."""


class ContainerPlace:
    """A container, its working folder as the one that relative paths start at. A context manager."""

    def __init__(self, engine: Engine, container: str, cancelled: Cancelled = never, name: str = "") -> None:
        """Look into a container, by name or identifier. Raises EngineProblem, Gone when there is none."""
        record = engine.container(container)
        if record is None:
            raise Gone(f"There is no container {container}.")
        self.name = name or f"the container {container}"
        self._engine, self._container, self._cancelled = engine, str(record["Id"]), cancelled
        self._root = str(record["Config"].get("WorkingDir") or "/")
        self._state = str(record["State"]["Status"])
        self._sessions: list[ShellSession] = []
        self._session: ShellSession | None = None

    @property
    def root(self) -> str:
        return self._root

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
        """Run a command line in the shell that is kept open inside. Raises EngineProblem."""
        if self._state != "running":
            return Completed(command, Ending.NOT_STARTED, None, "", 0.0, self._standing_still())
        if self._session is None or self._session.lost:
            self._session = self.session()
        completed = self._session.run(command, limits)
        if completed.ending is not Ending.LOST:
            return completed
        return replace(completed, explanation=self._why_lost(completed))

    def _why_lost(self, completed: Completed) -> str:
        """What became of the shell. Raises EngineProblem when it was the engine that broke off."""
        record = self._engine.container(self._container)
        self._state = str(record["State"]["Status"]) if record else "removed"
        if self._state != "running":
            return self._standing_still()
        if self._engine.file_facts(self._container, "/bin/sh") is None:
            return f"There is no shell in {self.name}: it has no /bin/sh, so nothing can be run in it."
        return completed.explanation

    def _standing_still(self) -> str:
        paused = "is paused" if self._state == "paused" else "does not run"
        return f"{self.name[:1].upper()}{self.name[1:]} {paused}."

    def converse(
        self, argv: Sequence[str], exchanges: Sequence[Exchange], *, cwd: str = "", limits: Limits = _LIMITS
    ) -> Completed:
        client = find_program("docker") or find_program("podman")
        if client is None or self._state != "running":
            why = "There is no docker to talk through." if client is None else self._standing_still()
            return Completed(shlex.join(argv), Ending.NOT_STARTED, None, "", 0.0, why)
        tag = secrets.token_hex(8)
        where = ["--url" if client.name == "podman" else "--host", self._engine.endpoint.url]
        into = ["exec", "--interactive", "--tty", "--workdir", self._path(cwd), "--env", f"{TAG}={tag}"]
        known = {"PATH": trusted_path(), "TERM": "dumb", "LANG": "C.UTF-8"}
        command = [str(client), *where, *into, self._container, *argv]
        done = converse(command, exchanges, cwd="/", environment=known, limits=limits, cancelled=self._cancelled)
        record = self._engine.container(self._container)  # an engine that has gone is no failure of the program's
        if record is not None and record["State"]["Status"] == "running":
            with contextlib.suppress(EngineProblem):  # a container without a shell
                end_tagged(self._engine, self._container, tag)
        return replace(done, command=shlex.join(argv))

    def read(self, path: str, limit: int = 1_000_000) -> bytes:
        whole = self._followed(self._path(path))
        for member, archive in self._engine.archive(self._container, whole):
            if not member.isfile():
                break
            file = archive.extractfile(member)
            assert file is not None
            return file.read(limit)
        raise OSError(f"{path} is not a regular file")

    def stat(self, path: str, *, follow: bool = False) -> FileFacts | None:
        whole = self._path(path)
        try:
            facts = self._engine.file_facts(self._container, self._followed(whole) if follow else whole)
        except FileNotFoundError:
            return None
        if facts is None:
            return None
        mode = int(facts["mode"])
        kind = "folder" if mode & _FOLDER else "link" if mode & _LINK else "other" if mode & _OTHER else "file"
        bits = mode & 0o777 | sum(unix for go, unix in _SPECIAL.items() if mode & go)
        modified = datetime.fromisoformat(facts["mtime"]).timestamp()
        return FileFacts(kind, int(facts["size"]), bits, modified, self._target(whole) if kind == "link" else "")

    def _target(self, path: str) -> str:
        """What a link says. The facts say only where it leads in the end; its archive has its own words."""
        return next((member.linkname for member, _ in self._engine.archive(self._container, path)), "")

    def names(self, path: str) -> list[str]:
        if self._state == "running":
            listed = self.run(["ls", "-1A", "--", path or "."], limits=Limits(kept=1_000_000))
            if not listed.ok:
                raise OSError(listed.output.strip() or listed.explanation)
            return sorted(listed.output.splitlines())
        top: set[str] = set()
        for member, _ in self._engine.archive(self._container, self._followed(self._path(path))):
            _, _, rest = member.name.partition("/")
            if rest:
                top.add(rest.partition("/")[0])
        return sorted(top)

    def session(self) -> ShellSession:
        channel = ContainerChannel(self._engine, self._container, secrets.token_hex(8))
        session = ShellSession(channel, self._cancelled)
        self._sessions.append(session)
        return session

    def close(self) -> None:
        for session in self._sessions:
            session.close()
        self._sessions.clear()
        self._session = None

    def __enter__(self) -> ContainerPlace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _path(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self._root, path))

    def _followed(self, path: str) -> str:
        """Where a chain of links ends. The engine follows links in the middle of a path itself."""
        for _ in range(_LINKS):
            facts = self._engine.file_facts(self._container, path)
            if facts is None:
                raise FileNotFoundError(path)
            target = str(facts.get("linkTarget", ""))
            if not int(facts["mode"]) & _LINK or not target or target == path:
                return path
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        raise OSError(f"too many links: {path}")
