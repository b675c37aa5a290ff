"""The machines that a class has, as images name them: ``linux/amd64``. What pip and engines call the same."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Sequence
from pathlib import PurePosixPath

from coursekit.errors import CourseError

PLATFORMS = ("linux/amd64", "linux/arm64", "darwin/arm64", "darwin/amd64")
"""A Mac's containers run in a small Linux of its own processor."""
PYTHONS = ("3.11", "3.12", "3.13")
"""The versions of CPython that a bundle serves."""

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_MACHINES = {"linux/amd64": "x86_64", "linux/arm64": "aarch64", "darwin/amd64": "x86_64", "darwin/arm64": "arm64"}
_NEWEST_GLIBC, _OLDEST_GLIBC = 28, {"x86_64": 5, "aarch64": 17}
"""Minor versions: 2.28 is in every distribution since Debian 10; a wheel for a newer one would not run everywhere."""
_MACOS = "12_0"


def this_platform() -> str:
    """This machine's platform."""
    machine = platform.machine().lower()
    return f"{'darwin' if sys.platform == 'darwin' else 'linux'}/{_ARCHITECTURES.get(machine, machine)}"


def read_platforms(words: str) -> tuple[str, ...]:
    """The platforms in a list such as ``linux/amd64,linux/arm64``. Raises CourseError."""
    found = tuple(dict.fromkeys(word.strip().lower() for word in words.split(",") if word.strip()))
    if not found or not set(found) <= set(PLATFORMS):
        from coursekit.course.problems import did_you_mean

        wrong = next((word for word in found if word not in PLATFORMS), words)
        guess = did_you_mean(wrong, PLATFORMS)
        raise CourseError(f"`{wrong}` is not a platform.{guess}", f"Platforms: {', '.join(PLATFORMS)}")
    return found


def image_platform(of: str) -> str:
    """The platform of the images that a machine runs: of a Mac's containers as of a Linux machine's."""
    return f"linux/{of.partition('/')[2]}"


def wheel_tags(of: str) -> list[str]:
    """pip's names for a platform, each of which pip takes literally (PEP 600, and the older names before it)."""
    machine = _MACHINES[of]
    if of.startswith("darwin"):
        return [f"macosx_{_MACOS}_{machine}"]  # pip itself adds the older ones, and universal2
    older = {"manylinux2014": ("x86_64", "aarch64"), "manylinux2010": ("x86_64",), "manylinux1": ("x86_64",)}
    return [
        *(f"manylinux_2_{minor}_{machine}" for minor in range(_NEWEST_GLIBC, _OLDEST_GLIBC[machine] - 1, -1)),
        *(f"{name}_{machine}" for name, machines in older.items() if machine in machines),
        f"linux_{machine}",
    ]


def wheel_platform(name: str, downloaded_for: str) -> str:
    """The platform that a wheel, by its file's name, is for; empty when it is for all."""
    return "" if PurePosixPath(name).stem.split("-")[-1] == "any" else downloaded_for


def pythons_of(image: str) -> Sequence[str]:
    """The versions of CPython that an image of that name may hold; none when it is no image of Python."""
    repository, _, tag = image.rpartition(":")
    if not repository.rpartition("/")[2].startswith("python"):
        return ()
    version = re.match(r"3\.\d+", tag)
    return (version[0],) if version else PYTHONS
