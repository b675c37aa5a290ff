"""Kind ``shell``: what is true in the student's own shell. Attested: only that shell knows it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, could_not_look, found, require_pattern
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Finding, Outcome


@dataclass(frozen=True)
class ShellCheck(Kind):
    """The environment that is active, the folder, or the last command. What is left out may be anything."""

    shorthand: ClassVar[str | None] = None
    patterns: ClassVar[tuple[str, ...]] = ("command",)

    venv: str | None = None
    """The folder of the environment that must be active, or ``none``."""
    folder: str | None = None
    command: str | None = None
    """A regular expression that the last command must match."""

    def __post_init__(self) -> None:
        require_pattern("command", self.command)
        if self.venv is None and self.folder is None and self.command is None:
            raise ValueError("`shell` needs `venv`, `folder` or `command`")

    def judge(self, context: CheckContext) -> Finding:
        if context.shell is None:
            return could_not_look("your shell is as it should be", "nobody could say what is active in your shell")
        findings = []
        if self.venv is not None:
            findings.append(self._judge_venv(context.place.root, context.shell, self.venv))
        if self.folder is not None:
            whole = os.path.realpath(os.path.join(context.place.root, self.folder))
            holds = os.path.realpath(context.shell.cwd) == whole
            findings.append(found(holds, f"your shell is in {whole}", whole, context.shell.cwd))
        if self.command is not None:
            last = context.shell.last_command
            holds = re.search(self.command, last) is not None
            findings.append(
                found(holds, "your last command was the right one", "another command", last or "no command was seen")
            )
        failed = [finding for finding in findings if finding.outcome is Outcome.FAILED]
        return failed[0] if failed else findings[0]

    def _judge_venv(self, root: str, shell: ShellState, wanted: str) -> Finding:
        active = shell.variables.get("VIRTUAL_ENV", "")
        first = first_python(shell.variables.get("PATH", ""))
        if wanted == "none":
            holds = not active
            return found(holds, "no environment is active in your shell", "none", f"{active} is active")
        whole = os.path.realpath(os.path.join(root, wanted))
        claim = f"`{wanted}` is active in your shell"
        expected = f"`which python` answers {os.path.join(whole, 'bin', 'python')}"
        if not active:
            return found(False, claim, expected, f"`which python` answers {first or 'nothing'}")
        if os.path.realpath(active) != whole:
            return found(False, claim, expected, f"another environment is active: {active}")
        if os.path.realpath(os.path.dirname(first)) != os.path.join(whole, "bin"):
            return found(
                False, claim, expected, f"VIRTUAL_ENV is right, but `which python` answers {first or 'nothing'}"
            )
        return found(True, claim, expected, f"`which python` answers {first}")

    def denial(self) -> str:
        return f"`{self.venv}` is not active in your shell" if self.venv else "your shell is not so"


def first_python(path: str) -> str:
    """The ``python`` (failing that, ``python3``) that a shell with this PATH would run; empty when there is none."""
    for name in ("python", "python3"):
        for folder in path.split(":"):
            candidate = os.path.join(folder, name)
            if folder and os.path.isfile(candidate) and os.access(candidate, os.X_OK):
                return candidate
    return ""
