"""Virtual machines: QEMU's emulator of this machine's own architecture, and its tool for disks. Looked for only."""

from __future__ import annotations

from coursekit.model.emulator import emulator
from coursekit.shell.place import Place
from coursekit.shell.program import find_program
from coursekit.technologies.asking import ask_version
from coursekit.technologies.contract import Finder, Tool
from coursekit.technologies.install import install_command
from coursekit.technologies.system import this_system


def finders() -> list[Finder]:
    """One function for each tool, given a place and the student's PATH."""
    return [_emulator, _disks]


def _emulator(place: Place, path: str) -> Tool:
    return _found(place, path, emulator(this_system().machine))


def _disks(place: Place, path: str) -> Tool:
    return _found(place, path, "qemu-img")


def _found(place: Place, path: str, name: str) -> Tool:
    found = find_program(name, path)
    if found is None:
        return Tool("guest", name, "", "", True, "not found", install_command(name))
    version = ask_version(place, found, path)
    if not version:
        return Tool("guest", name, str(found), "", True, "does not answer", install_command(name))
    return Tool("guest", name, str(found), version, True)
