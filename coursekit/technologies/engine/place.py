"""A container as a place where a check looks: files through the API, programs in one shell kept open inside."""

from __future__ import annotations

import posixpath
import secrets
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime

from coursekit.shell.conversation import converse
from coursekit.shell.place import Completed, Ending, Exchange, FileFacts, Limits
from coursekit.shell.program import find_program, trusted_path
from coursekit.shell.running import Cancelled, never
from coursekit.shell.session import ShellSession
from coursekit.technologies.engine.channel import ContainerChannel
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.problem import EngineProblem

_LIMITS = Limits()
_FOLDER, _LINK = 1 << 31, 1 << 27
"""Bits of Go's ``os.FileMode``, in which the API gives a file's mode."""
_LINKS = 20
"""So many links are followed, one after the other."""


class ContainerPlace:
    """A container, its working folder as the one that relative paths start at. A context manager."""

    def __init__(self, engine: Engine, container: str, cancelled: Cancelled = never, name: str = "") -> None:
        """Look into a container, by name or identifier. Raises EngineProblem, FileNotFoundError when there is none."""
        record = engine.container(container)
        if record is None:
            raise FileNotFoundError(container)
        self.name = name or f"the container {container}"
        self._engine, self._container, self._cancelled = engine, str(record["Id"]), cancelled
        self._root = str(record["Config"].get("WorkingDir") or "/")
        self._running = bool(record["State"]["Running"])
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
        line = shlex.join(argv)
        if not self._running:
            return Completed(line, Ending.NOT_STARTED, None, "", 0.0, f"{self.name.capitalize()} does not run.")
        settings = "".join(f"{name}={shlex.quote(value)} " for name, value in (environment or {}).items())
        fed = f"printf %s {shlex.quote(stdin.decode('utf-8', 'surrogateescape'))} | " if stdin else ""
        command = f"cd {shlex.quote(self._path(cwd))} && {fed}{settings}{line}"
        try:
            if self._session is None:
                self._session = self.session()
            completed = self._session.run(command, limits)
        except EngineProblem as problem:
            return Completed(line, Ending.LOST, None, "", 0.0, str(problem))
        if completed.ending is not Ending.EXITED:
            self._session = None
        return Completed(
            line, completed.ending, completed.exit_status, completed.output, completed.seconds, completed.explanation
        )

    def converse(
        self, argv: Sequence[str], exchanges: Sequence[Exchange], *, cwd: str = "", limits: Limits = _LIMITS
    ) -> Completed:
        client = find_program("docker") or find_program("podman")
        if client is None:
            return Completed(shlex.join(argv), Ending.NOT_STARTED, None, "", 0.0, "There is no docker to talk through.")
        where = ["--url" if client.name == "podman" else "--host", self._engine.endpoint.url]
        into = ["exec", "--interactive", "--tty", "--workdir", self._path(cwd), self._container]
        known = {"PATH": trusted_path(), "TERM": "dumb", "LANG": "C.UTF-8"}
        command = [str(client), *where, *into, *argv]
        return converse(command, exchanges, cwd="/", environment=known, limits=limits, cancelled=self._cancelled)

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
        kind = "folder" if mode & _FOLDER else "link" if mode & _LINK else "file" if not mode >> 9 else "other"
        modified = datetime.fromisoformat(facts["mtime"]).timestamp()
        return FileFacts(kind, int(facts["size"]), mode & 0o777, modified, str(facts.get("linkTarget", "")))

    def names(self, path: str) -> list[str]:
        if self._running:
            listed = self.run(["ls", "-1A", "--", path or "."])
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
