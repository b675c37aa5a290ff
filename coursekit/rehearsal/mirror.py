"""One folder made the same as another, with as little copying as can be: environments are large, and hardly change.

An environment with a kernel in it has ten thousand files, and each of them is looked at again and again. So folders are
read whole, and paths are plain texts.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


def mirror(source: Path, target: Path, like: Path | None = None) -> None:
    """Make ``target`` the same as ``source``: what is the same already is left as it is. Raises OSError.

    A file that stands in ``like`` as well is linked from there instead of copied: for a copy that nobody changes.
    """
    _mirror(str(source), str(target), str(like) if like is not None else None)


def _mirror(source: str, target: str, like: str | None) -> None:
    os.makedirs(target, exist_ok=True)
    originals, there = _entries(source), _entries(target)
    known = _entries(like) if like is not None else {}
    for name in there.keys() - originals.keys():
        _remove(there[name])
    for name, entry in originals.items():
        place = f"{target}/{name}"
        if entry.is_symlink():
            _link(os.readlink(entry.path), place, there.get(name))
        elif entry.is_dir():
            if name in there and not there[name].is_dir(follow_symlinks=False):
                _remove(there[name])
            before = known[name].path if name in known and known[name].is_dir(follow_symlinks=False) else None
            _mirror(entry.path, place, before)
        elif entry.is_file():
            _copy(entry, place, there.get(name), known.get(name))
        elif name in there:
            _remove(there[name])
    shutil.copystat(source, target)


def _entries(folder: str) -> dict[str, os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return {entry.name: entry for entry in entries}


def _link(leads_to: str, place: str, there: os.DirEntry[str] | None) -> None:
    if there is not None:
        if there.is_symlink() and os.readlink(place) == leads_to:
            return
        _remove(there)
    os.symlink(leads_to, place)


def _copy(
    original: os.DirEntry[str], place: str, there: os.DirEntry[str] | None, known: os.DirEntry[str] | None
) -> None:
    if there is not None:
        if _same(original, there):
            return
        _remove(there)
    if known is not None and _same(original, known):
        os.link(known.path, place)
    else:
        shutil.copy2(original.path, place)


def _same(one: os.DirEntry[str], other: os.DirEntry[str]) -> bool:
    """Whether two files are the same as far as their size, their mode and the moment of their last change tell."""
    first, second = one.stat(follow_symlinks=False), other.stat(follow_symlinks=False)
    return stat.S_ISREG(second.st_mode) and (first.st_size, first.st_mode, first.st_mtime_ns) == (
        second.st_size,
        second.st_mode,
        second.st_mtime_ns,
    )


def _remove(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path)
    else:
        os.unlink(entry.path)
