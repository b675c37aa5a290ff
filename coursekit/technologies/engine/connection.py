"""A connection to an engine: what it is asked and told, each in one place, with its troubles in plain words."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.technologies.engine.endpoint import Endpoint, find_endpoint
from coursekit.technologies.engine.problem import EngineProblem, not_allowed, not_running, too_old

if TYPE_CHECKING:
    import socket

_OLDEST_API = "1.40"
"""Docker 19.03, of 2019: the first whose API gives all that the checks ask for. Podman 3 and newer speak it too."""
_PATIENCE = 15.0
"""Seconds that an engine gets to answer a question."""


@dataclass(frozen=True)
class About:
    """Which engine answered: part of the evidence of every check that asked it."""

    product: str
    """``Docker Engine``, ``Docker Desktop`` or ``Podman``."""
    version: str
    url: str
    origin: str
    operating_system: str
    kernel: str
    """The kernel release of the machine that the engine runs on."""
    architecture: str
    identity: str
    """The engine's own identifier; empty when it has none."""

    @property
    def here(self) -> bool:
        """Whether the engine shares this machine's kernel: Docker Desktop and a remote engine do not."""
        return sys.platform == "linux" and self.kernel == os.uname().release

    def __str__(self) -> str:
        return f"{self.product} {self.version} at {self.url} ({self.origin}), on {self.operating_system}, {self.kernel}"


class Engine:
    """An engine that answers. A context manager."""

    def __init__(self, endpoint: Endpoint, patience: float = _PATIENCE) -> None:
        """Connect. Raises EngineProblem."""
        import docker

        if not endpoint.url:
            raise EngineProblem(f"Docker is set to {endpoint.origin}. To see those that are: docker context ls")
        if endpoint.socket:
            _require_open(endpoint)
        self.endpoint = endpoint
        tls: Any = False
        if endpoint.certificates:
            folder = Path(endpoint.certificates)
            tls = docker.tls.TLSConfig(
                client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")), ca_cert=str(folder / "ca.pem")
            )
        try:
            self._api = docker.APIClient(
                base_url=endpoint.url,
                version="auto",
                timeout=patience,
                tls=tls,
                use_ssh_client=endpoint.url.startswith("ssh://"),
            )
        except docker.errors.DockerException as error:
            if "is deprecated" in str(error) or "too old" in str(error):
                raise too_old("an older version", _OLDEST_API) from error
            raise not_running(endpoint.url, endpoint.origin) from error
        if _numbers(self._api.api_version) < _numbers(_OLDEST_API):
            version = self._api.api_version
            self.close()
            raise too_old(version, _OLDEST_API)
        self._about: About | None = None

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._api.close()

    @property
    def about(self) -> About:
        """Which engine this is. Raises EngineProblem."""
        if self._about is None:
            with self._asking():
                info, version = self._api.info(), self._api.version()
            parts = [part.get("Name", "") for part in version.get("Components") or ()]
            system = str(info.get("OperatingSystem", "?"))
            product = "Podman" if any("Podman" in part for part in parts) else "Docker Engine"
            self._about = About(
                product="Docker Desktop" if "Docker Desktop" in system else product,
                version=str(version.get("Version", "?")),
                url=self.endpoint.url,
                origin=self.endpoint.origin,
                operating_system=system,
                kernel=str(info.get("KernelVersion", "?")),
                architecture=str(info.get("Architecture", "?")),
                identity=str(info.get("ID", "")),
            )
        return self._about

    # What there is: each gives the engine's own record, or None. https://docs.docker.com/reference/api/engine/

    def container(self, name: str) -> dict[str, Any] | None:
        """A container, by exact name or identifier."""
        found = self._found(self._api.inspect_container, name)
        exact = found and (found["Name"].lstrip("/") == name or found["Id"].startswith(name))
        return found if exact else None

    def image(self, name: str) -> dict[str, Any] | None:
        return self._found(self._api.inspect_image, name)

    def volume(self, name: str) -> dict[str, Any] | None:
        return self._found(self._api.inspect_volume, name)

    def network(self, name: str) -> dict[str, Any] | None:
        found = self._found(self._api.inspect_network, name)
        return found if found and found["Name"] == name else None

    def history(self, image: str) -> list[dict[str, Any]]:
        """The steps by which an image came about, the newest first."""
        with self._asking():
            return list(self._api.history(image))

    def labelled(self, label: str) -> list[str]:
        """The identifiers of all containers with a label, such as ``key=value``."""
        with self._asking():
            return [str(found["Id"]) for found in self._api.containers(all=True, filters={"label": label})]

    def running(self) -> list[dict[str, Any]]:
        """Every container that runs, as the list shows it."""
        with self._asking():
            return [dict(found) for found in self._api.containers()]

    def any_image(self) -> str | None:
        """The identifier of an image that is here, whichever; None when there is none."""
        with self._asking():
            found = self._api.images()
        return str(found[0]["Id"]) if found else None

    def logs(self, container: str, limit: int = 100_000) -> str:
        """The newest of what a container printed, both streams."""
        with self._asking():
            said = self._api.logs(container, stdout=True, stderr=True, stream=False, tail=1000)
        return bytes(said)[-limit:].decode("utf-8", "replace")

    def _found(self, ask: Any, name: str) -> dict[str, Any] | None:
        import docker

        with self._asking():
            try:
                return dict(ask(name))
            except docker.errors.NotFound:
                return None
            except docker.errors.APIError as error:
                if error.is_client_error():  # a name that no such thing can have
                    return None
                raise

    # Files in a container, running or not

    def file_facts(self, container: str, path: str) -> dict[str, Any] | None:
        """What the API says of a path: name, size, mode (Go's bits), mtime, linkTarget. Raises EngineProblem.

        The SDK has only the whole archive, which takes fifty times as long as its head.
        """
        url = f"{self._api.base_url}/v{self._api.api_version}/containers/{container}/archive"
        with self._asking():
            answered = self._api.head(url, params={"path": path}, timeout=self._api.timeout)
        if not answered.ok:
            return None
        facts: dict[str, Any] = json.loads(base64.b64decode(answered.headers["X-Docker-Container-Path-Stat"]))
        return facts

    def archive(self, container: str, path: str) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
        """The members of a path's archive, one after the other. Raises FileNotFoundError, EngineProblem."""
        import docker

        with self._asking():
            try:
                stream, _ = self._api.get_archive(container, path)
            except docker.errors.NotFound:
                raise FileNotFoundError(path) from None
            with contextlib.closing(stream), tarfile.open(fileobj=_Reading(stream), mode="r|") as archive:
                for member in archive:
                    yield member, archive

    # Programs in a running container

    def start_program(
        self, container: str, argv: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[str, socket.socket]:
        """Start a program inside, both ways open; gives its identifier and the line to it. Raises EngineProblem."""
        with self._asking():
            created = self._api.exec_create(
                container, list(argv), stdin=True, stdout=True, stderr=True, environment=dict(environment)
            )
            line = self._api.exec_start(created["Id"], socket=True)
        return str(created["Id"]), getattr(line, "_sock", line)

    def run_behind(self, container: str, argv: Sequence[str]) -> None:
        """Start a program inside and leave it alone. Raises EngineProblem."""
        with self._asking():
            created = self._api.exec_create(container, list(argv), stdout=False, stderr=False)
            self._api.exec_start(created["Id"], detach=True)

    def program_runs(self, identifier: str) -> bool:
        with self._asking():
            return bool(self._api.exec_inspect(identifier)["Running"])

    # What coursekit makes for itself, and takes away again. `own` alone calls these, and enters each into the ledger.

    def create_container(self, image: str, argv: Sequence[str] | None, labels: Mapping[str, str], **limits: Any) -> str:
        """A container that is not started, without network; gives its identifier. Raises EngineProblem, ImageGone."""
        import docker

        with self._asking():
            try:
                created = self._api.create_container(
                    image,
                    list(argv) if argv is not None else None,
                    labels=dict(labels),
                    host_config=self._api.create_host_config(network_mode="none", **limits),
                )
            except docker.errors.ImageNotFound:
                raise ImageGone(image) from None
        return str(created["Id"])

    def start_container(self, container: str) -> str:
        """Start it; gives why it cannot be, empty when it can. Raises EngineProblem."""
        import docker

        with self._asking():
            try:
                self._api.start(container)
            except docker.errors.APIError as error:
                return str(error.explanation)
        return ""

    def state(self, container: str) -> tuple[bool, int]:
        """Whether it runs, and its exit status."""
        record = self.container(container)
        if record is None:
            return False, -1
        return bool(record["State"]["Running"]), int(record["State"]["ExitCode"])

    def remove_container(self, container: str) -> None:
        """Stop it by force and remove it with its nameless volumes; nothing when it is gone. Raises EngineProblem."""
        self._removed(self._api.remove_container, container, force=True, v=True)

    def remove_image(self, image: str) -> None:
        """Take a name away, and the image when it was the last. Raises EngineProblem."""
        self._removed(self._api.remove_image, image)

    def remove_volume(self, volume: str) -> None:
        self._removed(self._api.remove_volume, volume)

    def remove_network(self, network: str) -> None:
        self._removed(self._api.remove_network, network)

    def _removed(self, remove: Any, name: str, **how: Any) -> None:
        import docker

        deadline = time.monotonic() + _PATIENCE
        while True:
            with self._asking():
                try:
                    remove(name, **how)
                except docker.errors.NotFound:
                    return
                except docker.errors.APIError as error:
                    if error.status_code != 409 or time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)  # a removal is in progress already
                    continue
            return

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what the SDK raises into a problem in plain words."""
        import docker
        import requests
        import urllib3

        try:
            yield
        except docker.errors.APIError as error:
            raise EngineProblem(f"The container engine says: {error.explanation or error}") from error
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise EngineProblem(
                f"The container engine at {self.endpoint.url} does not answer. Look whether it runs: docker info"
            ) from error
        except (
            docker.errors.DockerException,
            requests.exceptions.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
        ) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise EngineProblem(
                f"The container engine at {self.endpoint.url} stopped answering. Look whether it runs: docker info"
            ) from error


class ImageGone(Exception):
    """An image is not there (any more). Its text is the image's name."""


class Engines:
    """The connections of one round of checks: opened when first needed, closed at the end. A context manager."""

    def __init__(self) -> None:
        self._open: dict[Endpoint, Engine] = {}

    def reach(self, variables: Mapping[str, str]) -> Engine:
        """The engine that a shell with these variables reaches. Raises EngineProblem."""
        return self.at(find_endpoint(variables, Path(variables.get("HOME") or Path.home())))

    def at(self, endpoint: Endpoint) -> Engine:
        """The engine that listens there. Raises EngineProblem."""
        if endpoint not in self._open:
            self._open[endpoint] = Engine(endpoint)
        return self._open[endpoint]

    def __enter__(self) -> Engines:
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self._open.values():
            engine.close()
        self._open.clear()


def _require_open(endpoint: Endpoint) -> None:
    """Raise EngineProblem, the right one, when nobody listens at a local socket or it is not open to us."""
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(3.0)
        try:
            line.connect(endpoint.socket)
        except PermissionError:
            raise not_allowed(endpoint.socket) from None
        except OSError:
            raise not_running(endpoint.url, endpoint.origin) from None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


class _Reading(io.RawIOBase):
    """Chunks as a file, for a tar archive that is read while it arrives."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            try:
                self._rest = next(self._chunks)
            except StopIteration:
                return 0
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
