"""Which engine a student's commands reach: found as Docker's own command line finds it, then where else one listens.

The order is that of https://docs.docker.com/engine/manage-resources/contexts/: DOCKER_HOST, DOCKER_CONTEXT, the context
in config.json, the default socket. Where none of these names an engine and the default socket is missing, rootless
Docker's, Docker Desktop's and Podman's sockets are looked at.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_DEFAULT = "/var/run/docker.sock"


@dataclass(frozen=True)
class Endpoint:
    """Where an engine listens."""

    url: str
    """Such as ``unix:///var/run/docker.sock``."""
    origin: str
    """How it was found, in the student's words."""
    certificates: str = ""
    """The folder with those of ca.pem, cert.pem and key.pem that a connection over TLS needs; empty without TLS."""

    @property
    def socket(self) -> str:
        """The path of a local socket; empty for an engine that is reached otherwise."""
        return self.url.removeprefix("unix://") if self.url.startswith("unix://") else ""


def find_endpoint(variables: Mapping[str, str], home: Path) -> Endpoint:
    """The endpoint that a shell with these variables reaches. It need not answer."""
    config = Path(variables.get("DOCKER_CONFIG") or home / ".docker")
    if host := variables.get("DOCKER_HOST"):
        certificates = variables.get("DOCKER_CERT_PATH") or str(config) if variables.get("DOCKER_TLS_VERIFY") else ""
        return Endpoint(host, "DOCKER_HOST", certificates)
    name = variables.get("DOCKER_CONTEXT") or _current_context(config)
    if name and name != "default":
        return _of_context(config, name)
    if os.path.exists(_DEFAULT):
        return Endpoint(f"unix://{_DEFAULT}", "the default")
    for path, origin in _elsewhere(variables, home):
        if os.path.exists(path):
            return Endpoint(f"unix://{path}", origin)
    return Endpoint(f"unix://{_DEFAULT}", "the default")


def _current_context(config: Path) -> str:
    try:
        return str(json.loads((config / "config.json").read_text(encoding="utf-8")).get("currentContext") or "")
    except (OSError, ValueError, AttributeError):
        return ""


def _of_context(config: Path, name: str) -> Endpoint:
    """Contexts are kept by the SHA-256 of their names."""
    origin = f"the context `{name}`"
    folder = hashlib.sha256(name.encode()).hexdigest()
    try:
        meta = json.loads((config / "contexts" / "meta" / folder / "meta.json").read_text(encoding="utf-8"))
        url = str(meta["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, KeyError, TypeError):
        return Endpoint("", f"{origin}, which is not there")
    certificates = config / "contexts" / "tls" / folder / "docker"
    return Endpoint(url, origin, str(certificates) if certificates.is_dir() else "")


def _elsewhere(variables: Mapping[str, str], home: Path) -> list[tuple[str, str]]:
    runtime = variables.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    podman = variables.get("CONTAINER_HOST", "").removeprefix("unix://")
    return [
        (f"{runtime}/docker.sock", "rootless Docker"),
        (f"{home}/.docker/run/docker.sock", "Docker Desktop"),
        (f"{home}/.docker/desktop/docker.sock", "Docker Desktop"),
        *([(podman, "CONTAINER_HOST")] if podman.startswith("/") else []),
        (f"{runtime}/podman/podman.sock", "Podman"),
        ("/run/podman/podman.sock", "Podman"),
        (f"{home}/.local/share/containers/podman/machine/podman.sock", "Podman"),
    ]
