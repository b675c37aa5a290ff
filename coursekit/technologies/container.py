"""Containers: Docker's client and the daemon that it needs, and Podman, which needs none. Looked for only.

A daemon is looked for by its socket in the file system: whether anybody answers there, and whether this account may
ask. That takes no time.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from coursekit.shell.place import Place
from coursekit.shell.program import find_program
from coursekit.technologies.asking import ask, ask_version, version_in
from coursekit.technologies.contract import Finder, Tool
from coursekit.technologies.engine.endpoint import find_endpoint
from coursekit.technologies.install import install_command, install_for_me
from coursekit.technologies.system import System, this_system

_ONE_OF = "containers"
_PATIENCE = 0.3
"""Seconds that a daemon gets to take a call."""


class Daemon(StrEnum):
    """What a knock at a daemon's socket tells."""

    ANSWERS = "answers"
    FORBIDDEN = "forbidden"
    """It is there, and this account may not talk to it."""
    SILENT = "silent"
    """There is no socket, or nobody behind it."""


@dataclass(frozen=True)
class Fault:
    """Why a tool that is here cannot be used, and the one command that mends it."""

    why_not: str
    mend: str
    mend_for_me: str = ""


def finders() -> list[Finder]:
    """One function for each tool, given a place and the student's PATH."""
    return [_docker, _podman]


def _docker(place: Place, path: str) -> Tool:
    system = this_system()
    found = find_program("docker", path)
    if found is None:
        return _tool("docker", None, "", Fault("not found", install_command("docker"), install_for_me("docker")))
    said = ask(place, found, path)
    version = version_in(said)
    if not version:
        return _tool("docker", found, "", _silent_client(found, system))
    if "podman" in said.lower():  # Podman's stand-in for Docker's client: no daemon is needed
        return _tool("docker", found, f"{version} (podman)", podman_fault(system, Path("/"), path))
    return _tool("docker", found, version, docker_fault(knock(sockets()), system, found))


def _podman(place: Place, path: str) -> Tool:
    found = find_program("podman", path)
    if found is None:
        return _tool("podman", None, "", Fault("not found", install_command("podman"), install_for_me("podman")))
    version = ask_version(place, found, path)
    if not version:
        return _tool("podman", found, "", Fault("does not answer", install_command("podman")))
    return _tool("podman", found, version, podman_fault(this_system(), Path("/"), path))


def _tool(name: str, found: Path | None, version: str, fault: Fault | None) -> Tool:
    where = str(found) if found else ""
    if fault is None:
        return Tool("container", name, where, version, True, one_of=_ONE_OF)
    return Tool("container", name, where, version, True, fault.why_not, fault.mend, fault.mend_for_me, _ONE_OF)


def sockets() -> list[Path]:
    """Where the daemon that this terminal's commands reach listens; nowhere, for one that is not on this machine."""
    endpoint = find_endpoint(os.environ, Path.home())
    if not endpoint.socket:
        return []
    homely = (".colima/default/docker.sock", ".orbstack/run/docker.sock")
    return [Path(endpoint.socket), *(Path.home() / path for path in homely if endpoint.origin == "the default")]


def knock(paths: Sequence[Path]) -> Daemon:
    """What the most promising of some sockets tells. Without any, the daemon is elsewhere, and only a use can tell."""
    if not paths:
        return Daemon.ANSWERS
    heard = {_knock(path) for path in paths}
    return next((state for state in (Daemon.ANSWERS, Daemon.FORBIDDEN) if state in heard), Daemon.SILENT)


def _knock(path: Path) -> Daemon:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_PATIENCE)
        try:
            line.connect(str(path))
        except PermissionError:
            return Daemon.FORBIDDEN
        except OSError:
            return Daemon.SILENT
    return Daemon.ANSWERS


def docker_fault(daemon: Daemon, system: System, client: Path) -> Fault | None:
    """Why Docker cannot be used, as far as its daemon is concerned."""
    match daemon:
        case Daemon.ANSWERS:
            return None
        case Daemon.FORBIDDEN if _in_group_docker():
            return Fault("you are in its group `docker`, but this login does not know yet", "log out, and in again")
        case Daemon.FORBIDDEN:
            why = "its daemon runs, but you are not in the group `docker`"
            return Fault(why, f"{system.sudo}usermod -aG docker {_account()}")
        case Daemon.SILENT if start := start_command(system, client, Path("/"), Path.home()):
            return Fault("its daemon does not run", start)
        case Daemon.SILENT:
            why = "only its client is here, and no daemon"
            return Fault(why, install_command("docker", system), install_for_me("docker", system))


def start_command(system: System, client: Path, root: Path, home: Path) -> str:
    """What starts the daemon that goes with a client; empty when there is none to start."""
    if system.macos:
        if find_program("colima"):
            return "colima start"
        return f"open -a {'OrbStack' if (root / 'Applications/OrbStack.app').exists() else 'Docker'}"
    if system.wsl and "/mnt/wsl/" in str(client.resolve()):
        return "start Docker Desktop on Windows"
    if str(client).startswith("/snap/"):
        return f"{system.sudo}snap start docker"
    if (home / ".config/systemd/user/docker.service").exists():
        return "systemctl --user start docker"
    if any((root / folder / "dockerd").exists() for folder in ("usr/bin", "usr/sbin", "usr/local/bin")):
        if system.systemd:
            return f"{system.sudo}systemctl start docker"
        return (
            f"{system.sudo}service docker start" if (root / "etc/init.d/docker").exists() else f"{system.sudo}dockerd"
        )
    return "systemctl --user start docker-desktop" if (home / ".docker/desktop").is_dir() else ""


def _silent_client(client: Path, system: System) -> Fault:
    if system.wsl and str(client).startswith("/mnt/"):
        # Docker Desktop puts a script into every WSL system's PATH that only says that it is not turned on there.
        return Fault("Docker Desktop is not turned on for this system", install_for_me("docker", system))
    return Fault("does not answer", install_command("docker", system))


def podman_fault(system: System, root: Path, path: str) -> Fault | None:
    """Why Podman cannot run containers for this account. ``root`` is where the system's files lie.

    On macOS it needs a virtual machine of its own. On Linux, without root, it needs a range of user ids
    (https://docs.podman.io/en/stable/markdown/podman.1.html, rootless mode) and the program that hands them out.
    """
    if system.macos:
        return _podman_machine_fault()
    if system.administrator:
        return None
    if find_program("newuidmap", path) is None and find_program("newuidmap") is None:
        return Fault("cannot run without root: newuidmap is missing", install_command("uidmap", system))
    if not _has_user_ids(root):
        range_ = "100000-165535"
        why = "cannot run without root: your account has no range of user ids"
        return Fault(why, f"sudo usermod --add-subuids {range_} --add-subgids {range_} {_account()}")
    return None


def _has_user_ids(root: Path) -> bool:
    """Whether /etc/subuid names this account, or user ids come from elsewhere (``subid:`` in nsswitch.conf)."""
    try:
        if re.search(r"^\s*subid:", (root / "etc/nsswitch.conf").read_text(encoding="utf-8"), re.MULTILINE):
            return True
    except (OSError, UnicodeDecodeError):
        pass
    try:
        lines = (root / "etc/subuid").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.split(":")[0] in (_account(), str(os.getuid())) for line in lines)


def _podman_machine_fault() -> Fault | None:
    """On macOS: whether a virtual machine of Podman's listens, and what makes or starts one."""
    places = [Path(os.environ.get("TMPDIR", "/tmp")) / "podman", Path.home() / ".local/share/containers/podman/machine"]
    found = [path for place in places if place.is_dir() for path in place.rglob("*.sock")]
    if knock(found) is Daemon.ANSWERS:
        return None
    made = any((Path.home() / ".config/containers/podman/machine").rglob("*.json"))
    return Fault("its virtual machine does not run", "podman machine start" if made else "podman machine init --now")


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _in_group_docker() -> bool:
    try:
        return _account() in grp.getgrnam("docker").gr_mem
    except KeyError:
        return False
