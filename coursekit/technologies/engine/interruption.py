"""Hanging up on an engine that is busy with something long, also while it says nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coursekit.shell.running import Cancelled

_LOOK = 0.1
"""Seconds between two looks whether it is to end."""


@contextmanager
def answers_noted(client: Any) -> Iterator[list[Any]]:
    """The responses that Docker's client gets from now on, which is a session of requests."""
    noted: list[Any] = []

    def note(response: Any, *_: Any, **__: Any) -> None:
        noted.append(response)

    client.hooks["response"].append(note)
    try:
        yield noted
    finally:
        client.hooks["response"].remove(note)


@contextmanager
def hung_up_when(cancelled: Cancelled, client: Any, response: Any) -> Iterator[None]:
    """Break a response off as soon as that is wished: whoever reads it then comes to its end, or gets an error.

    Engines stop what they do for somebody who has hung up.
    """
    line = client._get_raw_response_socket(response)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK):
            if cancelled():
                with contextlib.suppress(OSError):
                    getattr(line, "_sock", line).shutdown(socket.SHUT_RDWR)
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
