"""A tool of the student's asked for its version: by running it, within a limit."""

from __future__ import annotations

import os
import re
from pathlib import Path

from coursekit.shell.place import Completed, Limits, Place

_SECONDS = 5.0
"""The longest that a tool may think about its own version."""


def asked(place: Place, program: Path, path: str, *arguments: str) -> Completed:
    """A program of the student's, run as in their shell."""
    return place.run([str(program), *arguments], environment=_environment(path), limits=Limits(seconds=_SECONDS))


def ask(place: Place, program: Path, path: str) -> str:
    """All that a program says to ``--version``; empty when it does not answer."""
    completed = asked(place, program, path, "--version")
    return completed.output if completed.ok else ""


def version_in(said: str) -> str:
    """The first version that a program named, such as ``2.39.5``; empty when it named none.

    Of several the first counts: mamba 1 names conda's after its own.
    """
    match = re.search(r"\d+(\.\d+)+", said)
    return match[0] if match else ""


def ask_version(place: Place, program: Path, path: str) -> str:
    """The version of a program; empty when it does not say one."""
    return version_in(ask(place, program, path))


def _environment(path: str) -> dict[str, str]:
    """One in which a tool of the student's, or a shim such as pyenv's, works as in their shell."""
    return {"PATH": path} | {name: os.environ[name] for name in ("PYENV_ROOT", "HOME") if name in os.environ}
