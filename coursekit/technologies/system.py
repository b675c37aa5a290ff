"""Which system this is: in words, and in the few facts that decide how a thing is installed and started on it."""

from __future__ import annotations

import functools
import os
import plistlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.shell.program import TRUSTED_FOLDERS

_ARCHITECTURES = {"x86_64": "x86-64", "amd64": "x86-64", "aarch64": "ARM64", "arm64": "ARM64"}
_FAMILIES = {"debian": "apt", "fedora": "dnf", "rhel": "dnf", "arch": "pacman", "suse": "zypper", "opensuse": "zypper"}
"""The families of systems in os-release(5), ID and ID_LIKE, and the package manager that each comes with."""
_MANAGERS = ("apt", "dnf", "pacman", "zypper", "brew")


@dataclass(frozen=True)
class System:
    """The system of a machine."""

    words: str
    """Such as ``Debian GNU/Linux 12 in WSL2, x86-64``."""
    kernel: str
    """``Linux`` or ``Darwin``."""
    machine: str
    """The architecture as ``uname -m`` says it: x86_64, aarch64, arm64."""
    manager: str = ""
    """The package manager: apt, dnf, pacman, zypper, brew. Empty when there is none of them."""
    wsl: bool = False
    """A Linux that runs inside of Windows."""
    systemd: bool = False
    administrator: bool = False
    """Whether this account is root already, and needs no sudo."""

    @property
    def macos(self) -> bool:
        return self.kernel == "Darwin"

    @property
    def sudo(self) -> str:
        """What stands before a command that needs an administrator."""
        return "" if self.administrator else "sudo "


@functools.cache
def this_system() -> System:
    """The system that coursekit runs on."""
    kernel = os.uname()
    return read_system(Path("/"), kernel.sysname, kernel.machine, administrator=os.geteuid() == 0)


def read_system(root: Path, kernel: str, machine: str, *, administrator: bool = False) -> System:
    """The system whose files lie below ``root``; kernel and machine as ``uname`` says them."""
    wsl = "microsoft" in _text(root / "proc/sys/kernel/osrelease").lower()
    facts = _os_release(root)
    if kernel == "Darwin":
        name = f"macOS {_macos_version(root)}".strip()
    else:
        name = " ".join(filter(None, (facts.get("NAME", kernel), facts.get("VERSION_ID", ""))))
    return System(
        words=f"{name}{' in WSL2' if wsl else ''}, {_ARCHITECTURES.get(machine, machine)}",
        kernel=kernel,
        machine=machine,
        manager=_manager(root, kernel, facts),
        wsl=wsl,
        systemd=(root / "run/systemd/system").is_dir(),
        administrator=administrator,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _os_release(root: Path) -> Mapping[str, str]:
    """os-release(5): lines of NAME=value, quoted as for a shell."""
    text = _text(root / "etc/os-release") or _text(root / "usr/lib/os-release")
    facts = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            try:
                facts[name.strip()] = " ".join(shlex.split(value))
            except ValueError:
                continue
    return facts


def _macos_version(root: Path) -> str:
    try:
        facts = plistlib.loads((root / "System/Library/CoreServices/SystemVersion.plist").read_bytes())
    except (OSError, plistlib.InvalidFileException):
        return ""
    return str(facts.get("ProductVersion", ""))


def _manager(root: Path, kernel: str, facts: Mapping[str, str]) -> str:
    """The manager of the system's own family if it is there, else the first that is."""
    families = f"{facts.get('ID', '')} {facts.get('ID_LIKE', '')}".replace("-", " ").split()
    own = [_FAMILIES[family] for family in families if family in _FAMILIES]
    for manager in ["brew"] if kernel == "Darwin" else [*own, *_MANAGERS]:
        if any((root / folder.lstrip("/") / manager).is_file() for folder in TRUSTED_FOLDERS):
            return manager
    return ""
