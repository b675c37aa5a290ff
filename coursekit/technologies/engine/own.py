"""What coursekit makes for itself in an engine: entered before it exists, labelled, removed on every outcome.

A *peek* is a container that is made from an image to look into it, and never started. A *trial* runs an image once.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coursekit.progress.ledger import LABEL, Entry, Ledger
from coursekit.shell.place import Completed, Ending, Limits
from coursekit.shell.running import Cancelled, Watch, explain, never
from coursekit.shell.text import HeadAndTail
from coursekit.technologies.engine.connection import Engine, Engines, ImageGone
from coursekit.technologies.engine.endpoint import Endpoint
from coursekit.technologies.engine.place import ContainerPlace
from coursekit.technologies.engine.problem import EngineProblem

_MEMORY = "256m"
_PROCESSES = 128
_STILL_MAKING = 60.0
"""Seconds for which an engine may still be busy with making what a process asked for that was killed since."""


@contextmanager
def peek(engine: Engine, image: str, ledger: Ledger, volumes: Sequence[str] = ()) -> Iterator[ContainerPlace]:
    """A place in which an image's files can be read, and each of ``volumes`` below ``/volumes/NAME``.

    Raises EngineProblem, ImageGone.
    """
    binds = [f"{volume}:/volumes/{volume}:ro" for volume in volumes]
    with (
        _made(engine, ledger, image, ["coursekit"], binds=binds) as container,
        ContainerPlace(engine, container, name=f"the image {image}") as place,
    ):
        yield place


def trial(
    engine: Engine,
    image: str,
    argv: Sequence[str] | None,
    ledger: Ledger,
    limits: Limits,
    cancelled: Cancelled = never,
) -> Completed:
    """Run an image once, without network and with bounded memory, to its end. Raises EngineProblem, ImageGone."""
    command = f"docker run --rm {image}" + (f" {shlex.join(argv)}" if argv else "")
    watch = Watch(limits, cancelled)
    with _made(engine, ledger, image, argv, mem_limit=_MEMORY, pids_limit=_PROCESSES) as container:
        if refused := engine.start_container(container):
            return Completed(command, Ending.NOT_STARTED, None, "", watch.seconds, refused)
        while True:
            running, status = engine.state(container)
            output = HeadAndTail(limits.kept)
            output.add(engine.logs(container, limits.kept).encode())
            if not running:
                return Completed(command, Ending.EXITED, status, output.text(), watch.seconds)
            if verdict := watch.verdict(output.size):
                why = explain(verdict, limits, output)
                return Completed(command, verdict, None, output.text(), watch.seconds, why)
            time.sleep(0.02)


@contextmanager
def _made(engine: Engine, ledger: Ledger, image: str, argv: Sequence[str] | None, **limits: Any) -> Iterator[str]:
    entry = _entered(ledger, engine)
    answered = False
    try:
        container = engine.create_container(image, argv, {LABEL: entry.number}, **limits)
        answered = True
        yield container
    except ImageGone:
        answered = True
        raise
    finally:
        if remove(engine, entry) or answered:  # an engine that has not answered may still be making it
            ledger.strike(entry)


def _entered(ledger: Ledger, engine: Engine) -> Entry:
    try:
        return ledger.enter("container", engine.endpoint.url)
    except OSError as error:
        raise EngineProblem(f"What coursekit makes cannot be written down, so nothing was made: {error}") from error


def remove(engine: Engine, entry: Entry) -> int:
    """Remove what bears the entry's number, and nothing else; gives how many that were. Raises EngineProblem."""
    found = engine.labelled(f"{LABEL}={entry.number}")
    for container in found:
        engine.remove_container(container)
    return len(found)


def sweep(path: Path, engines: Engines) -> int:
    """Remove what owners that were killed have left behind; gives how many things those were.

    An engine that does not answer keeps its entries, for the next start.
    """
    removed = 0
    ledger = Ledger(path)
    try:
        for entry in ledger.abandoned():
            try:
                gone = remove(engines.at(Endpoint(entry.endpoint, "the ledger")), entry)
            except EngineProblem:
                continue
            if gone or time.time() - entry.time > _STILL_MAKING:
                ledger.strike(entry)
            removed += gone
    except OSError:
        return removed  # a ledger that cannot be read now is read at the next start
    return removed
