"""The folder of a bundle in the making: whose it is, how a file gets into it, what of an older one goes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from coursekit.errors import CourseError, ExitCode
from coursekit.supplies.manifest import NAME, BundleFile, sha256_of

WORK = ".making-"
"""How the names of folders begin that are there only while a bundle is made."""


def place(path: Path, target: Path) -> Path:
    """Move a file that is whole to its place in the bundle; gives the place. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, target)
    return target


def listed(
    into: Path, path: Path, what: str, labs: Sequence[str], platform: str, image: str = "", wheels: str = ""
) -> BundleFile:
    """A file of the bundle as its list names it. Raises OSError."""
    with path.open("rb") as file:
        digest = sha256_of(file)
    relative = path.relative_to(into).as_posix()
    return BundleFile(relative, digest, path.stat().st_size, what, tuple(labs), platform, image, wheels)


def require_place(into: Path) -> None:
    """Raise CourseError when a folder holds something that is no bundle: it belongs to somebody."""
    known = {NAME, f"{NAME}.part", "wheels", "images", "guest"}
    others = [path.name for path in into.iterdir() if path.name not in known] if into.is_dir() else []
    others = [name for name in others if not name.startswith(WORK)]
    if others or (into.exists() and not into.is_dir()):
        raise CourseError(
            f"{into} holds something that belongs to no bundle{f': {others[0]}' if others else ''}.",
            "Give a new folder with --into.",
            ExitCode.USAGE,
        )


def remove_others(into: Path, files: Sequence[BundleFile]) -> None:
    """Remove what an older bundle in the same folder had, and this one has not."""
    kept = {file.path for file in files}
    for path in [*into.glob("wheels/*"), *into.glob("images/*"), *into.glob("guest/*/*")]:
        if path.relative_to(into).as_posix() not in kept:
            path.unlink()
