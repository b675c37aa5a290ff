"""This machine as a place where a check looks."""

from __future__ import annotations

import os
import shutil
import stat as modes
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from coursekit.shell.channel import LocalChannel
from coursekit.shell.conversation import converse
from coursekit.shell.place import Completed, Exchange, FileFacts, Limits
from coursekit.shell.program import find_program, trusted_path
from coursekit.shell.running import Cancelled, never, run_program
from coursekit.shell.session import ShellSession

_LIMITS = Limits()


class LocalPlace:
    """This machine, with a workspace as the folder that relative paths start at. A context manager."""

    name = "this machine"

    def __init__(self, root: Path, cancelled: Cancelled = never) -> None:
        self._root = root
        self._cancelled = cancelled
        self._home = Path(tempfile.mkdtemp(prefix="coursekit-check-"))
        self._sessions: list[ShellSession] = []

    @property
    def root(self) -> str:
        return str(self._root)

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "",
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        limits: Limits = _LIMITS,
    ) -> Completed:
        return run_program(
            self._resolved(argv),
            cwd=str(self._path(cwd)),
            environment={**self._environment(), **(environment or {})},
            stdin=stdin,
            limits=limits,
            cancelled=self._cancelled,
        )

    def converse(
        self, argv: Sequence[str], exchanges: Sequence[Exchange], *, cwd: str = "", limits: Limits = _LIMITS
    ) -> Completed:
        return converse(
            self._resolved(argv),
            exchanges,
            cwd=str(self._path(cwd)),
            environment=self._environment(),
            limits=limits,
            cancelled=self._cancelled,
        )

    def read(self, path: str, limit: int = 1_000_000) -> bytes:
        return read_file(self._path(path), limit)

    def stat(self, path: str, *, follow: bool = False) -> FileFacts | None:
        full = self._path(path)
        try:
            facts = full.stat() if follow else full.lstat()
            target = os.readlink(full) if modes.S_ISLNK(facts.st_mode) else ""
        except (OSError, ValueError):
            return None
        return FileFacts(_kind(facts.st_mode), facts.st_size, modes.S_IMODE(facts.st_mode), facts.st_mtime, target)

    def names(self, path: str) -> list[str]:
        return sorted(os.listdir(self._path(path)))

    def session(self) -> ShellSession:
        session = ShellSession(
            LocalChannel(["/bin/sh"], cwd=self.root, environment=self._environment()), self._cancelled
        )
        self._sessions.append(session)
        return session

    def close(self) -> None:
        for session in self._sessions:
            session.close()
        self._sessions.clear()
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> LocalPlace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _path(self, path: str) -> Path:
        return self._root / path if path else self._root

    def _resolved(self, argv: Sequence[str]) -> list[str]:
        """``argv`` with the program's absolute path: in the workspace when it has a slash, else a trusted one."""
        program = argv[0]
        if "/" in program:
            return [str(self._path(program)), *argv[1:]]
        found = find_program(program)
        return [str(found) if found else program, *argv[1:]]

    def _environment(self) -> dict[str, str]:
        """All that a program gets to know: nothing of the student's, and no pager that waits for a key."""
        return {
            "PATH": trusted_path(),
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "PAGER": "cat",
            "GIT_PAGER": "cat",
            "GIT_TERMINAL_PROMPT": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
            "TMPDIR": str(self._home),
        }


def read_file(path: Path, limit: int) -> bytes:
    """The first bytes of a regular file. Raises OSError; a pipe or a device does not hold it up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not modes.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is not a regular file")
        return file.read(limit)


def _kind(mode: int) -> str:
    if modes.S_ISREG(mode):
        return "file"
    if modes.S_ISDIR(mode):
        return "folder"
    return "link" if modes.S_ISLNK(mode) else "other"
