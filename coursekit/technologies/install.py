"""The one command that installs a thing on this system.

The names of packages were looked up where each system keeps them: packages.debian.org, packages.fedoraproject.org,
archlinux.org/packages, software.opensuse.org, formulae.brew.sh. openSUSE's qemu-tools brings qemu-img in every release.
"""

from __future__ import annotations

from collections.abc import Mapping

from coursekit.technologies.system import System, this_system

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
    "conda": {"brew": "--cask miniforge"},
    "micromamba": {"brew": "micromamba"},
    "docker": {
        "apt": "docker.io",
        "dnf": "moby-engine docker-cli",
        "pacman": "docker",
        "zypper": "docker",
        "brew": "--cask docker-desktop",
    },
    "podman": {"apt": "podman", "dnf": "podman", "pacman": "podman", "zypper": "podman", "brew": "podman"},
    "uidmap": {"apt": "uidmap", "dnf": "shadow-utils", "pacman": "shadow", "zypper": "shadow"},
    "qemu-system-x86_64": {
        "apt": "qemu-system-x86",
        "dnf": "qemu-system-x86",
        "pacman": "qemu-system-x86",
        "zypper": "qemu-x86",
        "brew": "qemu",
    },
    "qemu-system-aarch64": {
        "apt": "qemu-system-arm",
        "dnf": "qemu-system-aarch64",
        "pacman": "qemu-system-aarch64",
        "zypper": "qemu-arm",
        "brew": "qemu",
    },
    "qemu-img": {
        "apt": "qemu-utils",
        "dnf": "qemu-img",
        "pacman": "qemu-img",
        "zypper": "qemu-tools",
        "brew": "qemu",
    },
}

_COMMANDS = {
    "apt": "{sudo}apt install {package}",
    "dnf": "{sudo}dnf install {package}",
    "pacman": "{sudo}pacman -S {package}",
    "zypper": "{sudo}zypper install {package}",
    "brew": "brew install {package}",
}

_ADDRESSES = {
    "git": "get it from https://git-scm.com/downloads",
    "docker": "get it from https://docs.docker.com/get-started/get-docker/",
    "podman": "get it from https://podman.io/docs/installation",
}


def install_command(thing: str, system: System | None = None) -> str:
    """What to type to install a thing, such as ``sudo apt install python3-venv``; here, unless a system is given."""
    system = system or this_system()
    if package := _PACKAGES[thing].get(system.manager, ""):
        return _COMMANDS[system.manager].format(sudo=system.sudo, package=package)
    if thing == "git" and system.macos:
        return "xcode-select --install"
    if thing == "virtualenv":
        return "python3 -m pip install --user virtualenv"
    if thing.startswith("qemu"):
        return "get it from https://www.qemu.org/download/"
    return install_for_me(thing, system) or _ADDRESSES.get(
        thing, "install Python 3.11 or newer from https://www.python.org/downloads/"
    )


def install_for_me(thing: str, system: System | None = None) -> str:
    """What to type to install a thing for oneself, without an administrator; empty where there is no such way."""
    system = system or this_system()
    match thing:
        case "conda":
            return _miniforge(system)
        case "micromamba":
            # https://mamba.readthedocs.io/en/latest/installation/micromamba-installation.html
            return '"${SHELL}" <(curl -L micro.mamba.pm/install.sh)'
        case "docker" if system.wsl:
            # https://docs.docker.com/desktop/features/wsl/
            return "turn on this system in Docker Desktop: Settings, Resources, WSL integration"
        case "docker" if not (system.macos or system.administrator):
            # https://docs.docker.com/engine/security/rootless/, which root may not have
            return "curl -fsSL https://get.docker.com/rootless | sh"
    return ""


def _miniforge(system: System) -> str:
    """conda with mamba, from conda-forge: https://github.com/conda-forge/miniforge."""
    file = f"Miniforge3-{'MacOSX' if system.macos else 'Linux'}-{system.machine}.sh"
    return f"curl -LO https://github.com/conda-forge/miniforge/releases/latest/download/{file} && bash {file}"
