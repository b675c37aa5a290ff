"""Git: the tool that keeps the versions of a project. Looked for only; the kind of check asks it itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from coursekit.shell.place import Limits, Place
from coursekit.shell.program import find_program
from coursekit.technologies.contract import Tool
from coursekit.technologies.install import install_command


def finders() -> list[Callable[[Place, str], Tool]]:
    """One function for each tool, given a place and the student's PATH."""
    return [_git]


def _git(place: Place, path: str) -> Tool:
    found = find_program("git", path)
    if found is None:
        return Tool("git", "git", "", "", True, "not found", install_command("git"))
    output = place.run([str(found), "--version"], limits=Limits(seconds=5)).output
    match = re.search(r"\d+(\.\d+)+", output)
    return Tool("git", "git", str(found), match[0] if match else "unknown version", True)
