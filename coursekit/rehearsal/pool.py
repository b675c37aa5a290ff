"""Moments of a folder, to which it can be set back: each file is kept once, however many moments hold it.

An environment with a kernel in it has ten thousand files, and hardly changes. So a moment is a list in memory of what
was there, and only files that no moment before it has are kept. Setting back touches only what differs. Installed
packages are not even copied but linked: installers and Python replace files there, and write into none. One that was
written into all the same is found out.
"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError

_LINKED = "/site-packages/"


@dataclass(frozen=True)
class _File:
    """A file, the same as another as far as size, mode and the moment of the last change tell."""

    size: int
    mode: int
    modified: int
    kept: str
    """Where it is kept."""

    @property
    def linked(self) -> bool:
        """Whether what is kept and what is used are one file."""
        return self.kept.endswith("-linked")

    def is_still(self, facts: os.stat_result) -> bool:
        """Whether a file is this one, by what is known of it."""
        return (facts.st_size, facts.st_mode, facts.st_mtime_ns) == (self.size, self.mode, self.modified)


@dataclass(frozen=True)
class _Link:
    target: str


@dataclass(frozen=True)
class Tree:
    """What a folder held at a moment."""

    mode: int
    modified: int
    entries: dict[str, _File | _Link | Tree]


class Pool:
    """Files kept in a folder that nobody else uses, which must be there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[tuple[str, int, int, int], _File] = {}

    def keep(self, source: Path) -> Tree:
        """Keep this moment of a folder. Sockets, pipes and devices are left out. Raises OSError."""
        return self._keep(str(source))

    def restore(self, tree: Tree, target: Path) -> None:
        """Set a folder back to a moment. Raises OSError, and CourseError for what cannot be brought back."""
        _restore(tree, str(target))

    def _keep(self, folder: str) -> Tree:
        entries: dict[str, _File | _Link | Tree] = {}
        for entry in os.scandir(folder):
            if entry.is_symlink():
                entries[entry.name] = _Link(os.readlink(entry.path))
            elif entry.is_dir():
                entries[entry.name] = self._keep(entry.path)
            elif entry.is_file():
                entries[entry.name] = self._keep_file(entry)
        facts = os.stat(folder)
        return Tree(stat.S_IMODE(facts.st_mode), facts.st_mtime_ns, entries)

    def _keep_file(self, entry: os.DirEntry[str]) -> _File:
        facts = entry.stat(follow_symlinks=False)
        key = (entry.path, facts.st_size, facts.st_mode, facts.st_mtime_ns)
        if key not in self._files:
            kept = f"{self._folder}/{len(self._files)}"
            if _LINKED in entry.path:
                kept += "-linked"
                os.link(entry.path, kept)
            else:
                shutil.copy2(entry.path, kept)
            self._files[key] = _File(facts.st_size, facts.st_mode, facts.st_mtime_ns, kept)
        return self._files[key]


def _restore(tree: Tree, folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    with os.scandir(folder) as entries:
        there = {entry.name: entry for entry in entries}
    for name in there.keys() - tree.entries.keys():
        _remove(there[name])
    for name, kept in tree.entries.items():
        place, now = f"{folder}/{name}", there.get(name)
        match kept:
            case Tree():
                if now is not None and not now.is_dir(follow_symlinks=False):
                    _remove(now)
                _restore(kept, place)
            case _Link(target):
                if now is None or not now.is_symlink() or os.readlink(place) != target:
                    _remove(now)
                    os.symlink(target, place)
            case _File():
                if now is None or not kept.is_still(now.stat(follow_symlinks=False)):
                    _remove(now)
                    _put_back(kept, place)
    os.chmod(folder, tree.mode)
    os.utime(folder, ns=(tree.modified, tree.modified))


def _put_back(file: _File, place: str) -> None:
    if not file.linked:
        shutil.copy2(file.kept, place)
        return
    if not file.is_still(os.lstat(file.kept)):
        what = f"{place} was written into, so that it cannot be set back."
        raise CourseError(what, "Let the exercise replace a file in site-packages rather than write into it.")
    os.link(file.kept, place)


def _remove(entry: os.DirEntry[str] | None) -> None:
    if entry is None:
        return
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path)
    else:
        os.unlink(entry.path)
