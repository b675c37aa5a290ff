"""Which system a machine has, from its files, and what is typed to install things on it."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path

import pytest

from coursekit.technologies.install import install_command, install_for_me
from coursekit.technologies.system import System, read_system, this_system

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
UBUNTU = 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n'
FEDORA = 'NAME="Fedora Linux"\nVERSION_ID=42\nID=fedora\n'
ROCKY = 'NAME="Rocky Linux"\nVERSION_ID="9.5"\nID="rocky"\nID_LIKE="rhel centos fedora"\n'
ARCH = 'NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n'
LEAP = 'NAME="openSUSE Leap"\nVERSION_ID="15.6"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\n'
WSL = "5.15.167.4-microsoft-standard-WSL2\n"


def made(root: Path, os_release: str, *programs: str, kernel: str = "6.1.0-amd64\n") -> Path:
    files = {"etc/os-release": os_release, "proc/sys/kernel/osrelease": kernel}
    for name, text in (files | {f"usr/bin/{program}": "" for program in programs}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("os_release", "manager", "words", "command"),
    [
        (DEBIAN, "apt", "Debian GNU/Linux 12, x86-64", "sudo apt install git"),
        (UBUNTU, "apt", "Ubuntu 24.04, x86-64", "sudo apt install git"),
        (FEDORA, "dnf", "Fedora Linux 42, x86-64", "sudo dnf install git"),
        (ROCKY, "dnf", "Rocky Linux 9.5, x86-64", "sudo dnf install git"),
        (ARCH, "pacman", "Arch Linux, x86-64", "sudo pacman -S git"),
        (LEAP, "zypper", "openSUSE Leap 15.6, x86-64", "sudo zypper install git"),
    ],
)
def test_linux(tmp_path: Path, os_release: str, manager: str, words: str, command: str) -> None:
    system = read_system(made(tmp_path, os_release, manager), "Linux", "x86_64")
    assert (system.words, system.manager, system.wsl, system.systemd) == (words, manager, False, False)
    assert install_command("git", system) == command


def test_a_system_is_asked_for_its_own_manager(tmp_path: Path) -> None:
    root = made(tmp_path, LEAP, "apt", "dnf", "zypper")
    assert read_system(root, "Linux", "x86_64").manager == "zypper"


def test_an_unknown_system_is_told_by_what_is_there(tmp_path: Path) -> None:
    system = read_system(made(tmp_path, 'NAME="Mine"\nID=mine\nBROKEN="\n', "dnf"), "Linux", "riscv64")
    assert (system.words, system.manager) == ("Mine, riscv64", "dnf")


def test_a_system_that_says_nothing(tmp_path: Path) -> None:
    system = read_system(tmp_path, "Linux", "x86_64")
    assert (system.words, system.manager) == ("Linux, x86-64", "")
    assert install_command("git", system) == "get it from https://git-scm.com/downloads"
    assert install_command("qemu-img", system) == "get it from https://www.qemu.org/download/"
    assert install_command("podman", system).startswith("get it from https://podman.io/")


@pytest.mark.parametrize("kernel", [WSL, "4.4.0-19041-Microsoft\n"])
def test_linux_inside_of_windows(tmp_path: Path, kernel: str) -> None:
    system = read_system(made(tmp_path, UBUNTU, "apt", kernel=kernel), "Linux", "x86_64")
    assert system.words == "Ubuntu 24.04 in WSL2, x86-64"
    assert system.wsl
    assert install_command("docker", system) == "sudo apt install docker.io"
    assert install_for_me("docker", system) == (
        "turn on this system in Docker Desktop: Settings, Resources, WSL integration"
    )


def test_macos(tmp_path: Path) -> None:
    facts = tmp_path / "System/Library/CoreServices/SystemVersion.plist"
    facts.parent.mkdir(parents=True)
    facts.write_bytes(plistlib.dumps({"ProductVersion": "15.1"}))
    bare = read_system(tmp_path, "Darwin", "arm64")
    assert bare.words == "macOS 15.1, ARM64"
    assert install_command("git", bare) == "xcode-select --install"
    assert install_command("docker", bare) == "get it from https://docs.docker.com/get-started/get-docker/"
    assert install_command("conda", bare).endswith("bash Miniforge3-MacOSX-arm64.sh")
    brew = tmp_path / "opt/homebrew/bin/brew"
    brew.parent.mkdir(parents=True)
    brew.touch()
    system = read_system(tmp_path, "Darwin", "arm64")
    assert install_command("docker", system) == "brew install --cask docker-desktop"
    assert install_command("conda", system) == "brew install --cask miniforge"
    assert install_command("qemu-img", system) == install_command("qemu-system-aarch64", system) == "brew install qemu"


def test_no_administrator_is_needed_where_there_is_a_way() -> None:
    system = System("Debian", "Linux", "aarch64", "apt")
    assert install_for_me("conda", system) == install_command("conda", system)
    assert install_command("conda", system).endswith("bash Miniforge3-Linux-aarch64.sh")
    assert install_for_me("micromamba", system) == '"${SHELL}" <(curl -L micro.mamba.pm/install.sh)'
    assert install_for_me("docker", system) == "curl -fsSL https://get.docker.com/rootless | sh"
    assert install_for_me("podman", system) == ""


def test_root_needs_no_sudo() -> None:
    system = System("Debian", "Linux", "x86_64", "apt", administrator=True)
    assert install_command("docker", system) == "apt install docker.io"
    assert install_for_me("docker", system) == ""  # Docker's own script for that refuses to run as root


@pytest.mark.parametrize("manager", ["apt", "dnf", "pacman", "zypper", "brew"])
def test_every_tool_has_a_command_everywhere(manager: str) -> None:
    for kernel in ("Darwin",) if manager == "brew" else ("Linux",):
        system = System("x", kernel, "x86_64", manager)
        for thing in ("python", "venv", "git", "virtualenv", "docker", "podman", "qemu-system-x86_64", "qemu-img"):
            assert manager in install_command(thing, system), thing


def test_this_machine() -> None:
    system = this_system()
    assert system.machine == os.uname().machine
    assert ", " in system.words
