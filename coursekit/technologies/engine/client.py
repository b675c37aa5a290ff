"""Docker's client for an endpoint: opened, with the version in which the two can speak, or why it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coursekit.technologies.engine.endpoint import Endpoint
from coursekit.technologies.engine.problem import (
    EngineProblem,
    not_allowed,
    not_answering,
    not_over_ssh,
    not_running,
    too_old,
)

_OLDEST_API = "1.40"
"""Docker 19.03, of 2019: the first whose API gives all that the checks ask for. Podman 3 and newer speak it too."""
_NEWEST_API = "1.44"
"""Docker 25, of 2024: the newest whose answers the checks know. An engine that has forgotten it is asked in the oldest
that it remembers."""


def open_client(endpoint: Endpoint, patience: float) -> tuple[Any, dict[str, Any]]:
    """Docker's client, and what the engine says of its version. Raises EngineProblem."""
    if not endpoint.url:
        raise EngineProblem(f"Docker is set to {endpoint.origin}. To see those that are: docker context ls")
    if endpoint.url.startswith("ssh:"):
        raise not_over_ssh(endpoint.url, endpoint.origin)
    if endpoint.socket:
        _require_open(endpoint)
    api, version = _asked(endpoint, patience)
    speaks = str(version["ApiVersion"])
    if _numbers(speaks) < _numbers(_OLDEST_API):
        api.close()
        raise too_old(speaks, _OLDEST_API)
    known = max(_NEWEST_API, str(version.get("MinAPIVersion") or _NEWEST_API), key=_numbers)
    api._version = min(speaks, known, key=_numbers)  # left to find it out, the client would ask once more
    return api, version


def _asked(endpoint: Endpoint, patience: float) -> tuple[Any, dict[str, Any]]:
    import docker
    import requests

    faults = (docker.errors.DockerException, requests.exceptions.RequestException, OSError, ValueError, TypeError)
    try:
        tls = _certificates(endpoint) if endpoint.certificates and not endpoint.socket else False
        api = docker.APIClient(base_url=endpoint.url, version=_OLDEST_API, timeout=patience, tls=tls)
    except faults as error:
        raise not_running(endpoint.url, endpoint.origin) from error
    try:
        version = dict(api.version(api_version=False))
        if "ApiVersion" in version:
            return api, version
    except requests.exceptions.Timeout as error:
        api.close()
        raise not_answering(endpoint.url) from error
    except faults as error:
        api.close()
        raise not_running(endpoint.url, endpoint.origin) from error
    api.close()
    raise not_running(endpoint.url, endpoint.origin)  # something else answers there


def _certificates(endpoint: Endpoint) -> Any:
    import docker

    ca, certificate, key = (Path(endpoint.certificates, f"{name}.pem") for name in ("ca", "cert", "key"))
    return docker.tls.TLSConfig(
        client_cert=(str(certificate), str(key)) if certificate.exists() else None,
        ca_cert=str(ca) if ca.exists() else None,
        verify=True,
    )


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
