"""One folder made the same as another, with as little copying as can be: environments are large, and hardly change."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


def mirror(source: Path, target: Path, like: Path | None = None) -> None:
    """Make ``target`` the same as ``source``: what is the same already is left as it is. Raises OSError.

    A file that stands in ``like`` as well is linked from there instead of copied: for a copy that nobody changes.
    """
    target.mkdir(exist_ok=True)
    names = set()
    for entry in os.scandir(source):
        names.add(entry.name)
        there = target / entry.name
        known = like / entry.name if like is not None else None
        if entry.is_symlink():
            _link(os.readlink(entry.path), there)
        elif entry.is_dir():
            if there.is_symlink() or not there.is_dir():
                _remove(there)
            mirror(Path(entry.path), there, known)
        elif entry.is_file():
            _copy(Path(entry.path), there, known)
    for name in set(os.listdir(target)) - names:
        _remove(target / name)
    shutil.copystat(source, target)


def _link(leads_to: str, there: Path) -> None:
    if not (there.is_symlink() and os.readlink(there) == leads_to):
        _remove(there)
        there.symlink_to(leads_to)


def _copy(original: Path, there: Path, known: Path | None) -> None:
    if _same(original, there):
        return
    _remove(there)
    if known is not None and _same(original, known):
        os.link(known, there)
    else:
        shutil.copy2(original, there)


def _same(one: Path, other: Path) -> bool:
    """Whether two files are the same as far as their size, their mode and the moment of their last change tell."""
    try:
        first, second = one.lstat(), other.lstat()
    except OSError:
        return False
    return stat.S_ISREG(second.st_mode) and all(
        getattr(first, fact) == getattr(second, fact) for fact in ("st_size", "st_mode", "st_mtime_ns")
    )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
