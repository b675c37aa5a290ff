"""What the student's own machine says of two of its files."""

from __future__ import annotations

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import Missing

_FILES = ("/etc/passwd", "diary.txt")


def before(context: CheckContext) -> str | None:
    """`before.txt` says of both files what holds now."""
    return _says(context, "before.txt")


def after(context: CheckContext) -> str | None:
    """`before.txt` and `after.txt` say the same, and it holds now."""
    return _says(context, "before.txt") or _says(context, "after.txt")


def _says(context: CheckContext, path: str) -> str | None:
    if context.place.stat(path) is None:
        return Missing(f"there is no `{path}`")
    said = context.place.read(path, 4096).decode("utf-8", "replace").splitlines()
    now = context.place.run(["cksum", *_FILES]).output.splitlines()
    for file, line in zip(_FILES, now, strict=True):
        if line not in said:
            return f"`{path}` does not say of {file} what holds now: `{line}`"
    return None
