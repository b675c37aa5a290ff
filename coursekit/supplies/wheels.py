"""The student's folder of wheels, and how pip finds it in the shells that coursekit opens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_SOON = {"PIP_RETRIES": "0", "PIP_TIMEOUT": "5"}
"""pip asks the index as well, before it takes a wheel from a folder: without a network it is to give up soon."""


def with_wheels(environment: Mapping[str, str], wheels: Path) -> dict[str, str]:
    """The environment of a shell in which pip finds the wheels; the same as before when there are none.

    What the student has set for pip stays. https://pip.pypa.io/en/stable/topics/configuration/
    """
    if not has_wheels(wheels):
        return dict(environment)
    folder = str(wheels)
    place = folder if folder.isprintable() and not any(map(str.isspace, folder)) else wheels.as_uri()
    known = environment.get("PIP_FIND_LINKS", "").split()
    links = known if place in known else [place, *known]
    return _SOON | dict(environment) | {"PIP_FIND_LINKS": " ".join(links)}


def has_wheels(folder: Path) -> bool:
    """Whether a folder holds a wheel."""
    return next(folder.glob("*.whl"), None) is not None
