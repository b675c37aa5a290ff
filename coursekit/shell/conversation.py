"""A conversation with an interactive program on a pseudo-terminal: expect this, then type that."""

from __future__ import annotations

import contextlib
import re
import shlex
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pexpect

from coursekit.shell.place import Completed, Ending, Exchange, Limits
from coursekit.shell.running import Cancelled, Watch, explain
from coursekit.shell.text import HeadAndTail, visible
from coursekit.shell.tree import Tree

_WINDOW = 16_384
"""Bytes of the newest output in which a pattern is looked for."""


def converse(
    argv: Sequence[str],
    exchanges: Sequence[Exchange],
    *,
    cwd: str,
    environment: Mapping[str, str],
    limits: Limits,
    cancelled: Cancelled,
) -> Completed:
    """Hold the conversation, then wait for the program's end. Never raises for what the program is or does."""
    command = shlex.join(argv)
    output = HeadAndTail(limits.kept)
    watch = Watch(limits, cancelled)
    tree = Tree()
    try:
        with tree.starting():
            child: Any = pexpect.spawn(
                argv[0], list(argv[1:]), cwd=cwd, env={**environment, **tree.environment}, echo=False, timeout=None
            )
            tree.grows_from(child.pid)
    except (pexpect.ExceptionPexpect, OSError) as error:
        return Completed(command, Ending.NOT_STARTED, None, "", watch.seconds, f"{argv[0]} cannot be run: {error}.")
    child.delaybeforesend = None
    try:
        ending, explanation = _talk(child, exchanges, output, watch)
    finally:
        tree.stop()
        child.delayafterclose = child.delayafterterminate = 0
        child.ptyproc.delayafterclose = child.ptyproc.delayafterterminate = 0
        with contextlib.suppress(pexpect.ExceptionPexpect, OSError):
            child.wait()
        with contextlib.suppress(pexpect.ExceptionPexpect, OSError):
            child.close(force=True)
    status = child.exitstatus if child.exitstatus is not None else 128 + (child.signalstatus or 0)
    return Completed(
        command, ending, status if ending is Ending.EXITED else None, output.text(), watch.seconds, explanation
    )


def _talk(child: Any, exchanges: Sequence[Exchange], output: HeadAndTail, watch: Watch) -> tuple[Ending, str]:
    window = b""
    for number, exchange in enumerate(exchanges, start=1):
        pattern = re.compile(exchange.expect.encode(), re.MULTILINE)
        while not (match := pattern.search(window)):
            data = _read(child, watch)
            if data is None:
                return Ending.EXITED, f"It ended before it said what exchange {number} waits for: {exchange.expect}"
            window = (window + data)[-_WINDOW:]
            output.add(data)
            if verdict := watch.verdict(output.size):
                said = visible(window.decode("utf-8", "replace")).strip().rpartition("\n")[2]
                waited = f"Exchange {number} waited for “{exchange.expect}”; the last it said: “{said}”"
                return verdict, f"{explain(verdict, watch.limits, output)} {waited}"
        window = window[match.end() :]
        if exchange.send is not None:
            child.send(exchange.send.encode() + b"\r")
            watch.heard = time.monotonic()
    while (data := _read(child, watch)) is not None:
        output.add(data)
        if verdict := watch.verdict(output.size):
            return verdict, explain(verdict, watch.limits, output)
    return Ending.EXITED, ""


def _read(child: Any, watch: Watch) -> bytes | None:
    """What has arrived: b"" when nothing has, None when the program has ended."""
    try:
        data = child.read_nonblocking(65_536, timeout=watch.pause)
    except pexpect.TIMEOUT:
        return b""
    except pexpect.EOF:
        return None
    watch.heard = time.monotonic()
    return bytes(data)
