"""Kind ``git``: what is committed in a repository, and what is kept out of it.

Asked of git's own object store, with commands that run no program which the repository's configuration could name
(no hook, filter, pager, file-system monitor or transport).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, could_not_look, found, not_there, words
from coursekit.model.verdict import CommandRecord, Finding
from coursekit.shell.place import Completed, Ending, Limits, Place

_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*")
_NO_REMOTE = ("-c", "protocol.allow=never")
"""What the repository lacks is not fetched: that would run the program that its configuration names for it."""
_SHOWN = 8
"""So many names of committed files are shown."""


@dataclass(frozen=True)
class GitCheck(Kind):
    """The last commit of a repository."""

    shorthand: ClassVar[str] = "path"

    path: str = "."
    """The folder whose repository it is; the repository must begin there."""
    committed: str | tuple[str, ...] = ()
    """Files that the last commit holds."""
    not_committed: str | tuple[str, ...] = ()
    """Files and folders of which the last commit holds nothing."""
    ignored: str | tuple[str, ...] = ()
    """Paths that git is told to leave alone."""

    def judge(self, context: CheckContext) -> Finding:
        repository = _Repository(context.place, self.path, context.limits())
        try:
            return self._judge(repository)
        except _NoAnswer as why:
            return could_not_look("git answers", str(why), repository.commands)

    def _judge(self, repository: _Repository) -> Finding:
        claim = f"`{self.path}` is a git repository" if self.path != "." else "this folder is a git repository"
        top = repository.ask("rev-parse", "--show-prefix")
        if not top.ok or top.output.strip():
            return not_there(claim, "a repository that begins there", "there is none", repository.commands)
        if not repository.ask("rev-parse", "--verify", "--quiet", "HEAD").ok:
            return found(False, "something is committed", "a commit", "there is no commit yet", repository.commands)
        return self._judge_commit(repository) or found(True, claim, "", "", repository.commands)

    def _judge_commit(self, repository: _Repository) -> Finding | None:
        """The first demand that does not hold."""
        for name in words(self.committed):
            if not repository.ask("cat-file", "-e", f"HEAD:./{name}").ok:
                held = repository.ask("ls-tree", "--name-only", "HEAD").output.split("\n")
                listed = ", ".join(f"`{entry}`" for entry in held[:_SHOWN] if entry)
                expected, observed = f"`{name}` in the last commit", f"the last commit holds {listed}"
                return found(False, f"`{name}` is committed", expected, observed, repository.commands)
        for name in words(self.not_committed):
            if repository.ask("ls-tree", "--name-only", "HEAD", "--", name).output.strip():
                observed = f"the last commit holds `{name}`"
                return found(False, f"`{name}` is kept out of git", "nothing of it", observed, repository.commands)
        for name in words(self.ignored):
            if not repository.ask("check-ignore", "--quiet", "--no-index", "--", name).ok:
                expected, observed = "a line for it in .gitignore", f"git does not leave `{name}` alone"
                return found(False, f"git leaves `{name}` alone", expected, observed, repository.commands)
        return None

    def denial(self) -> str:
        return "the repository holds something else"


class _NoAnswer(Exception):
    """Git did not come to say anything. Its text says why."""


class _Repository:
    """Asks git, and keeps what was asked as evidence. Raises _NoAnswer."""

    def __init__(self, place: Place, path: str, limits: Limits) -> None:
        self._place, self._path, self._limits = place, path, limits
        self.commands: tuple[CommandRecord, ...] = ()

    def ask(self, *arguments: str) -> Completed:
        known = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": "", "GIT_OPTIONAL_LOCKS": "0"}
        done = self._place.run([*_GIT, *_NO_REMOTE, *arguments], cwd=self._path, environment=known, limits=self._limits)
        self.commands = (*self.commands, done.record())
        if done.ending is not Ending.EXITED:
            raise _NoAnswer(done.explanation)
        return done
