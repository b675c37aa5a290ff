"""Process trees: find every descendant of a process, stop them all, and prove that none is left.

On Linux a checker becomes a *subreaper*: a child that detaches itself (double fork, ``setsid``) becomes its child and
cannot escape. Elsewhere an environment tag, ``COURSEKIT_TREE``, finds what has escaped; a program that clears its own
environment and detaches itself is not found there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

TAG = "COURSEKIT_TREE"
_PR_SET_CHILD_SUBREAPER = 36
_PROC = Path("/proc")
_subreaper = False


def become_subreaper() -> bool:
    """Take in the orphans among this process's descendants. False where the system has no such thing.

    From then on every child of this process that it did not have when a tree began, and that is of no other tree,
    counts as an orphan of that tree: only a process that starts nothing else meanwhile may do so, never the app, whose
    child is the student's shell.
    """
    global _subreaper
    if sys.platform.startswith("linux"):
        _subreaper = int(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) == 0
    return _subreaper


_growing: weakref.WeakSet[Tree] = weakref.WeakSet()
"""The trees of this process. One is in it for as long as somebody may still reap its leader."""
_growing_lock = threading.Lock()


class Tree:
    """One process tree: whatever is started with ``environment`` from now on, and all that comes of it."""

    def __init__(self) -> None:
        self._tag = secrets.token_hex(8)
        self._known = _own_children()
        self._leader = 0
        self._starting = False
        with _growing_lock:
            _growing.add(self)

    @property
    def environment(self) -> dict[str, str]:
        """To be added to the environment of the first process of the tree."""
        return {TAG: self._tag}

    @contextlib.contextmanager
    def starting(self) -> Iterator[None]:
        """While the first process is started: until it has our tag, no other tree may take it for an orphan.

        Who is interrupted just then does not know yet that there is a process: it is ended here.
        """
        self._starting = True
        try:
            yield
        except BaseException:
            self.stop()
            raise
        finally:
            self._starting = False

    def grows_from(self, leader: int) -> None:
        """Name the process that was started: a child of this one."""
        self._leader = leader

    def stop(self, *, patience: float = 0.3) -> list[int]:
        """Stop every process of the tree, first by asking, then by force.

        Gives the processes that survived: none, unless the kernel holds one. ``patience`` is in seconds. The leader is
        left to be reaped by whoever started it.
        """
        for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
            deadline = time.monotonic() + seconds
            pause = 0.001
            while alive := self.members():
                for pid in alive:
                    _signal(pid, number)
                    _signal(pid, signal.SIGCONT)  # a stopped process acts on SIGTERM only when it goes on
                if time.monotonic() > deadline:
                    break
                time.sleep(pause)
                pause = min(pause * 2, 0.02)
            else:
                return []
        return self.members()

    def members(self) -> list[int]:
        """The living processes of the tree: descendants of its leader, orphans that came to us, whatever is tagged."""
        parents, zombies = _process_table()
        ours = os.getpid()
        roots = {self._leader} & parents.keys()
        if _subreaper:
            orphans = {pid for pid, parent in parents.items() if parent == ours and pid not in self._known}
            roots |= self._without_those_of_others(orphans)
        found = roots | _descendants(parents, roots)
        within = _descendants(parents, {ours}) if _subreaper else parents.keys()
        found |= {pid for pid in within if pid not in found and pid != ours and _carries(pid, self._tag)}
        for pid in found & zombies - {self._leader}:
            _reap(pid)
        return sorted(found - zombies - {ours})

    def _without_those_of_others(self, orphans: set[int]) -> set[int]:
        """The orphans but for what belongs to another tree of this process, which another thread may have begun."""
        with _growing_lock:
            others = [tree for tree in _growing if tree is not self]
        starting = any(tree._starting for tree in others)
        leaders = {tree._leader for tree in others}
        found = {pid for pid in orphans - leaders if not any(_carries(pid, tree._tag) for tree in others)}
        if starting:  # one of the orphans may be the first process of that tree: only those with our tag are sure
            return {pid for pid in found if _carries(pid, self._tag)}
        return found


def _own_children() -> frozenset[int]:
    if not _subreaper:
        return frozenset()
    ours = os.getpid()
    return frozenset(pid for pid, parent in _process_table()[0].items() if parent == ours)


def _descendants(parents: dict[int, int], roots: set[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            if pid not in found:
                found.add(pid)
                waiting.append(pid)
    return found


def _process_table() -> tuple[dict[int, int], set[int]]:
    """Every process's parent, and the processes that have ended but are not reaped yet."""
    if sys.platform.startswith("linux"):
        return _linux_table()
    listing = subprocess.run(["/bin/ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=False)
    parents, zombies = {}, set()
    for line in listing.stdout.splitlines():
        pid, parent, state = line.split(None, 2)
        parents[int(pid)] = int(parent)
        if state.startswith("Z"):
            zombies.add(int(pid))
    return parents, zombies


def _linux_table() -> tuple[dict[int, int], set[int]]:
    parents, zombies = {}, set()
    for name in os.listdir(_PROC):
        if not name.isdigit():
            continue
        try:
            stat = (_PROC / name / "stat").read_bytes()
        except OSError:
            continue  # it ended just now
        state, parent = stat[stat.rindex(b")") + 2 :].split(None, 2)[:2]
        parents[int(name)] = int(parent)
        if state in (b"Z", b"X"):
            zombies.add(int(name))
    return parents, zombies


def _carries(pid: int, tag: str) -> bool:
    mark = f"{TAG}={tag}"
    if sys.platform.startswith("linux"):
        try:
            return mark.encode() in (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            return False
    shown = subprocess.run(["/bin/ps", "-Eww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return mark.encode() in shown.stdout


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
