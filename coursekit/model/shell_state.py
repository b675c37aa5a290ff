"""What the student's own shell says of itself. Attested: only that shell knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class ShellState:
    """A snapshot taken when a prompt appeared."""

    cwd: str
    variables: Mapping[str, str] = field(default_factory=dict)
    """Those of VARIABLES that are set."""
    last_command: str = ""
    last_status: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"variables": dict(self.variables)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ShellState:
        return cls(**data)


VARIABLES = (
    "PATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "SHLVL",
    "HOME",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "CONTAINER_HOST",
    "XDG_RUNTIME_DIR",
)
"""The variables that say which environment is active and which container engine commands reach: all that is ever told
of a student's environment."""
