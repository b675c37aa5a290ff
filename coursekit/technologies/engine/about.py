"""Which engine answered, and where it runs: part of the evidence of every check that asked it."""

from __future__ import annotations

import os
import sys
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coursekit.technologies.engine.endpoint import Endpoint


@dataclass(frozen=True)
class About:
    """An engine, in its own words."""

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
    folder: str
    """Where the engine keeps what it holds, on its machine."""

    @property
    def here(self) -> bool:
        """Whether the engine shares this machine's kernel: Docker Desktop and a remote engine do not."""
        local = self.url.startswith("unix:") or urllib.parse.urlsplit(self.url).hostname in ("localhost", "127.0.0.1")
        return local and sys.platform == "linux" and self.kernel == os.uname().release

    def __str__(self) -> str:
        return f"{self.product} {self.version} at {self.url} ({self.origin}), on {self.operating_system}, {self.kernel}"


def described(info: Mapping[str, Any], version: Mapping[str, Any], endpoint: Endpoint) -> About:
    """An engine by its answers to ``info`` and ``version``, and how it was found."""
    parts = [part.get("Name", "") for part in version.get("Components") or ()]
    system = str(info.get("OperatingSystem", "?"))
    product = "Podman" if any("Podman" in part for part in parts) else "Docker Engine"
    return About(
        product="Docker Desktop" if "Docker Desktop" in system else product,
        version=str(version.get("Version", "?")),
        url=endpoint.url,
        origin=endpoint.origin,
        operating_system=system,
        kernel=str(info.get("KernelVersion", "?")),
        architecture=str(info.get("Architecture", "?")),
        identity=str(info.get("ID", "")),
        folder=str(info.get("DockerRootDir", "")),
    )
