"""Why an engine could not be asked: never the student's fault, and always with what mends it."""

from __future__ import annotations

import sys

from coursekit.shell.program import find_program


class EngineProblem(Exception):
    """An engine cannot be reached, or stopped answering. Its text says what is wrong and what to do."""


def not_running(url: str, origin: str) -> EngineProblem:
    """Nobody listens there."""
    if sys.platform == "darwin":
        start = "Start Docker Desktop, or: podman machine start"
    elif find_program("podman") and not find_program("dockerd"):
        start = "Open Podman's socket: systemctl --user start podman.socket"
    elif find_program("systemctl"):
        start = "Start it: sudo systemctl start docker"
    else:
        start = "Start it: sudo service docker start"
    return EngineProblem(f"No container engine answers at {url} ({origin}). {start}")


def not_allowed(socket: str) -> EngineProblem:
    """The socket is there, and not for this account."""
    return EngineProblem(
        f"You may not speak to the container engine: {socket} is not open to your account. "
        "Join its group, then log out and in again: sudo usermod -aG docker $USER"
    )


def too_old(version: str, wanted: str) -> EngineProblem:
    """The engine speaks an older language than is needed."""
    return EngineProblem(
        f"The container engine is too old: it speaks version {version} of its API, and {wanted} is needed. "
        "Install a newer one; `coursekit doctor` says how."
    )
