"""The one command that installs a thing on this system."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from coursekit.shell.program import find_program

_PACKAGES: Mapping[str, Mapping[str, str]] = {
    "python": {"apt": "python3", "dnf": "python3", "pacman": "python", "zypper": "python3", "brew": "python"},
    "venv": {"apt": "python3-venv", "dnf": "python3", "pacman": "python", "zypper": "python3", "brew": "python"},
    "git": {"apt": "git", "dnf": "git", "pacman": "git", "zypper": "git", "brew": "git"},
    "virtualenv": {
        "apt": "virtualenv",
        "dnf": "python3-virtualenv",
        "pacman": "python-virtualenv",
        "zypper": "python3-virtualenv",
        "brew": "virtualenv",
    },
}

_COMMANDS = {
    "apt": "sudo apt install {package}",
    "dnf": "sudo dnf install {package}",
    "pacman": "sudo pacman -S {package}",
    "zypper": "sudo zypper install {package}",
    "brew": "brew install {package}",
}


def install_command(thing: str) -> str:
    """What to type to install a thing here, such as ``sudo apt install python3-venv``."""
    for manager in ("brew",) if sys.platform == "darwin" else ("apt", "dnf", "pacman", "zypper", "brew"):
        if find_program(manager):
            return _COMMANDS[manager].format(package=_PACKAGES[thing][manager])
    if thing == "git":
        return "get it from https://git-scm.com/downloads"
    if thing == "virtualenv":
        return "python3 -m pip install --user virtualenv"
    return "install Python 3.11 or newer from https://www.python.org/downloads/"
