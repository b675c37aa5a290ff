"""Why an engine could not be asked: never the student's fault, and always with what mends it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from coursekit.shell.program import find_program


class EngineProblem(Exception):
    """An engine cannot be reached, or stopped answering. Its text says what is wrong and what to do."""


class Gone(EngineProblem):
    """What was asked about is not there (any more). Its text is the engine's own."""


class Refused(EngineProblem):
    """The engine will not do it, for a reason that lies in what it was asked. Its text is the engine's own."""


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


def not_answering(url: str) -> EngineProblem:
    """Somebody listens there, and says nothing."""
    return EngineProblem(f"The container engine at {url} does not answer. Look whether it runs: docker info")


def not_allowed(socket: str) -> EngineProblem:
    """The socket is there, and not for this account."""
    if "podman" in socket:
        mend = "Use Podman's socket of your own: systemctl --user start podman.socket"
    else:
        mend = "Join its group, then log out and in again: sudo usermod -aG docker $USER"
    return EngineProblem(f"You may not speak to the container engine: {socket} is not open to your account. {mend}")


def too_old(version: str, wanted: str) -> EngineProblem:
    """The engine speaks an older language than is needed."""
    return EngineProblem(
        f"The container engine is too old: it speaks version {version} of its API, and {wanted} is needed. "
        "Install a newer one; `coursekit doctor` says how."
    )


def no_room(said: str) -> EngineProblem:
    """The engine's disk is full."""
    return EngineProblem(f"There is no room left on the container engine's disk. {MAKE_ROOM} {said}")


def not_over_ssh(url: str, origin: str) -> EngineProblem:
    """An engine on another machine, which only the command line can reach."""
    return EngineProblem(
        f"The container engine at {url} ({origin}) is reached over ssh, which checks cannot do. "
        "Use one on this machine: unset DOCKER_HOST; docker context use default"
    )


MAKE_ROOM = "What takes it: docker system df. What you made in exercises goes with: coursekit clean."
_NO_ROOM = ("no space left", "disk quota exceeded")


@contextlib.contextmanager
def asking(url: str) -> Iterator[None]:
    """Turn what Docker's SDK raises into a problem in plain words. What no engine caused passes through."""
    import tarfile

    import docker
    import requests
    import urllib3

    try:
        yield
    except docker.errors.APIError as error:
        said = f"The container engine says: {error.explanation or error}"
        if isinstance(error, docker.errors.NotFound):
            raise Gone(said) from error
        if any(words in said.lower() for words in _NO_ROOM):
            raise no_room(said) from error
        raise (Refused if error.status_code == 400 else EngineProblem)(said) from error
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise not_answering(url) from error
    except FileNotFoundError:
        raise
    except (
        docker.errors.DockerException,
        requests.exceptions.RequestException,
        urllib3.exceptions.HTTPError,
        tarfile.TarError,
        OSError,
    ) as error:
        raise EngineProblem(
            f"The container engine at {url} stopped answering. Look whether it runs: docker info"
        ) from error
