"""Git: the tool that keeps the versions of a project. Looked for only; the kind of check asks it itself."""

from __future__ import annotations

from coursekit.shell.place import Place
from coursekit.shell.program import find_program
from coursekit.technologies.asking import ask_version
from coursekit.technologies.contract import Finder, Tool
from coursekit.technologies.install import install_command


def finders() -> list[Finder]:
    """One function for each tool, given a place and the student's PATH."""
    return [_git]


def _git(place: Place, path: str) -> Tool:
    found = find_program("git", path)
    if found is None:
        return Tool("git", "git", "", "", True, "not found", install_command("git"))
    version = ask_version(place, found, path)
    if not version:
        return Tool("git", "git", str(found), "", True, "does not answer", install_command("git"))
    return Tool("git", "git", str(found), version, True)
