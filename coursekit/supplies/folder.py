"""The folder of a bundle in the making: whose it is, how a file gets into it, what of an older one goes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from coursekit.errors import CourseError, ExitCode
from coursekit.supplies.manifest import NAME, BundleFile, is_of_a_bundle, sha256_of

WORK = ".making-"
"""How the names of folders begin that are there only while a bundle is made."""
_FOLDER = re.compile(r"wheels|images|guest(?:/[a-z0-9-]+)?")
"""The folders in a bundle."""


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
    """Raise CourseError when a folder holds something that is no bundle's: it belongs to somebody."""
    other = next(_others(into, into), "") if into.is_dir() else ""
    if other or (into.exists() and not into.is_dir()):
        raise CourseError(
            f"{into} holds something that belongs to no bundle{f': {other}' if other else ''}.",
            "Give a new folder with --into.",
            ExitCode.USAGE,
        )


def _others(folder: Path, into: Path) -> Iterator[str]:
    """What no bundle holds, in a folder of one. No link is followed: what is behind it is elsewhere."""
    for path in sorted(folder.iterdir()):
        relative = path.relative_to(into).as_posix()
        if relative in (NAME, f"{NAME}.part") or relative.startswith(WORK):
            continue
        if _FOLDER.fullmatch(relative) and path.is_dir() and not path.is_symlink():
            yield from _others(path, into)
        elif not is_of_a_bundle(relative) or path.is_symlink() or not path.is_file():
            yield relative


def remove_others(into: Path, files: Sequence[BundleFile]) -> None:
    """Remove what an older bundle in the same folder had, and this one has not."""
    kept = {file.path for file in files}
    for path in [*into.glob("wheels/*"), *into.glob("images/*"), *into.glob("guest/*/*")]:
        relative = path.relative_to(into).as_posix()
        if relative not in kept and is_of_a_bundle(relative):
            path.unlink()
