"""A channel to a shell inside a container: one program kept open there, with all that it starts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from coursekit.technologies.engine.line import Line
from coursekit.technologies.engine.problem import EngineProblem

if TYPE_CHECKING:
    from coursekit.technologies.engine.connection import Engine

_SHELL = ("/bin/sh", "-c", "exec /bin/sh 2>&1")
"""One stream for all that is said: of two, an engine may bring the end of the one before the other."""
TAG = "COURSEKIT_TREE"
"""The variable by which everything is known that a program of ours has started inside."""
_END = (
    "unset IFS;n=0;k=1;while [ $k ]&&[ $n -lt 9 ];do n=$((n+1));k=;s=' ';p=\n"
    f'for d in /proc/[0-9]*;do while read -r v||[ "$v" ];do case $v in *{TAG}=%s*)p="$p ${{d#/proc/}}"\n'
    'read -r v <$d/stat&&set -- ${v##*) }&&s="$s$4 ";break;;esac;done <$d/environ;done\n'
    "for d in /proc/[0-9]*;do read -r v <$d/stat&&set -- ${v##*) }&&\n"
    'case $1$s in Z*);;*" $4 "*)p="$p ${d#/proc/}";;esac;done\n'
    "for q in $p;do [ $q = $$ ]||{ kill -9 $q&&k=1;};done;done 2>/dev/null;kill -9 $$\n"
)
"""Ends every process inside that carries our tag, whatever shares a session with one (a program may clear its own
environment), and last the shell that reads this. Nothing but a shell's own commands: it starts no process itself, which
a container may be forbidden, and needs no other program."""
_PATIENCE = 2.0
"""Seconds for what was started inside to be gone."""


class ContainerChannel:
    """A POSIX shell in a running container. Everything that it started ends with it."""

    def __init__(self, engine: Engine, container: str, tag: str) -> None:
        """Start the shell. Raises EngineProblem."""
        self._engine, self._container, self._tag = engine, container, tag
        self._identifier, stream = engine.start_program(container, _SHELL, {TAG: tag})
        self._line = Line(stream)
        self._closed = False

    def send(self, data: bytes) -> None:
        self._line.send(data)

    def receive(self, seconds: float) -> bytes | None:
        return self._line.receive(seconds)

    def close(self) -> list[int]:
        """End the shell and what it started. An engine or a container that is gone has ended them already."""
        if self._closed:
            return []
        self._closed = True
        try:
            with contextlib.suppress(OSError):
                self._line.send((_END % self._tag).encode())
            if not self._gone(0.3):
                end_tagged(self._engine, self._container, self._tag)
        except EngineProblem:
            return []
        finally:
            self._line.close()
        return []

    def _gone(self, seconds: float) -> bool:
        """Whether the shell's line has closed within so long. What still arrives is thrown away."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self.receive(left) is None:
                return True
        return not self._engine.program_runs(self._identifier)


def end_tagged(engine: Engine, container: str, tag: str) -> None:
    """End what carries a tag in a container, by a shell of its own. Raises EngineProblem."""
    ending = engine.run_behind(container, ["/bin/sh", "-c", _END % tag])
    _wait(lambda: not engine.program_runs(ending))


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not done() and time.monotonic() < deadline:
        time.sleep(0.01)
