"""A program with its words as one line for a shell, for places where a shell is all there is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence


def command_line(argv: Sequence[str], folder: str, environment: Mapping[str, str] | None, stdin: bytes) -> str:
    """The line that runs a program in a folder, with these variables set, and fed with ``stdin``."""
    settings = "".join(f"{name}={shlex.quote(value)} " for name, value in (environment or {}).items())
    fed = f"printf %s {shlex.quote(stdin.decode('utf-8', 'surrogateescape'))} | " if stdin else ""
    return f"cd {shlex.quote(folder)} && {fed}{settings}{shlex.join(argv)}"
