"""What coursekit makes for itself in an engine: entered before it exists, labelled, removed on every outcome.

A *peek* is a container that is made from an image to look into it, and never started. A *trial* runs an image once.
A rehearsal's are also the things that it lets a real shell make, by their names, while it lives. *Keeping* an image is
giving it a name of ours, so that it outlasts the name that the shell gave it.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from coursekit.progress.ledger import LABEL, Entry, Ledger
from coursekit.shell.place import Completed, Ending, Limits
from coursekit.shell.running import Cancelled, Watch, explain, never
from coursekit.shell.text import HeadAndTail
from coursekit.technologies.engine import things
from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.endpoint import Endpoint
from coursekit.technologies.engine.line import Line
from coursekit.technologies.engine.place import ContainerPlace
from coursekit.technologies.engine.problem import EngineProblem, Gone, Refused

_MEMORY = "256m"
_PROCESSES = 128
REHEARSED = "rehearsed"
"""The kind of a rehearsal's entry."""
LONGEST_COMMAND = 300.0
"""Seconds that a rehearsal waits for a command: so long after its last sign of life something can still be made."""
_STILL_MAKING = 60.0
"""Seconds for which an engine may still be busy with making what a process asked for that was killed since."""
_SWEEPING = 3.0
"""Seconds that an engine gets to answer a sweep: whoever waits has asked for something else."""


@contextmanager
def peek(engine: Engine, image: str, ledger: Ledger, volumes: Sequence[str] = ()) -> Iterator[ContainerPlace]:
    """A place in which an image's files can be read, and each of ``volumes`` below ``/volumes/NAME``.

    Raises EngineProblem, Gone when there is no such image.
    """
    with (
        _made(engine, ledger, image, ["coursekit"], volumes) as container,
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
    """Run an image once, without network and with bounded memory, to its end.

    What it prints is read as it comes and kept nowhere else. Raises EngineProblem, Gone when there is no such image.
    """
    command = f"docker run --rm {image}" + (f" {shlex.join(argv)}" if argv else "")
    watch = Watch(limits, cancelled)
    bounds: dict[str, Any] = {"mem_limit": _MEMORY, "pids_limit": _PROCESSES, "log_config": {"Type": "none"}}
    try:
        with _made(engine, ledger, image, argv, **bounds) as container:
            line = Line(engine.attach(container))
            try:
                if refused := engine.start_container(container):
                    return Completed(command, Ending.NOT_STARTED, None, "", watch.seconds, refused)
                return _followed(engine, container, line, command, watch)
            finally:
                line.close()
    except Refused as refusal:
        return Completed(command, Ending.NOT_STARTED, None, "", watch.seconds, str(refusal))


def _followed(engine: Engine, container: str, line: Line, command: str, watch: Watch) -> Completed:
    output = HeadAndTail(watch.limits.kept)
    while True:
        data = line.receive(watch.pause)
        if data:
            output.add(data)
            watch.heard = time.monotonic()
        elif data is None:  # nothing can be printed any more: it has ended, or will without a word
            running, status = engine.state(container)
            if not running:
                return Completed(command, Ending.EXITED, status, output.text(), watch.seconds)
            time.sleep(0.01)
        if verdict := watch.verdict(output.size):
            why = explain(verdict, watch.limits, output)
            return Completed(command, verdict, None, output.text(), watch.seconds, why)


class Rehearsed:
    """What one rehearsal makes: things by their names, and images that are kept, named by the entry's number."""

    def __init__(self, engine: Engine, ledger: Ledger, made: Sequence[tuple[str, str]]) -> None:
        """Enter what will be made, by kind and name. None of it may be there. Raises EngineProblem."""
        self._ledger = ledger
        self._entry = _entered(ledger, engine, REHEARSED, made)

    def live(self) -> None:
        """From now on something may be made for another while. Raises EngineProblem."""
        with _written_down():
            self._ledger.live(self._entry)

    def keep(self, engine: Engine, image: str) -> None:
        """Keep an image, by its identifier. Raises EngineProblem."""
        engine.tag(image, f"{_repository(self._entry)}:{image.removeprefix('sha256:')[:12]}")

    def end(self, engine: Engine) -> None:
        """The things are gone. Keep no image any longer: what has no other name goes. Raises EngineProblem."""
        _remove_kept(engine, self._entry)
        self._ledger.strike(self._entry)


def _repository(entry: Entry) -> str:
    return f"coursekit-kept-{entry.number}"


@contextmanager
def _made(
    engine: Engine,
    ledger: Ledger,
    image: str,
    argv: Sequence[str] | None,
    volumes: Sequence[str] = (),
    **limits: Any,
) -> Iterator[str]:
    entry = _entered(ledger, engine, "volume" if volumes else "container")
    mounts = [_mount(volume, entry) for volume in volumes]
    answered = False
    try:
        container = engine.create_container(image, argv, {LABEL: entry.number}, mounts=mounts, **limits)
        answered = True
        with _ours():
            yield container
    except (Gone, Refused):
        answered = True
        raise
    finally:
        _taken_away(engine, ledger, entry, answered)


def _taken_away(engine: Engine, ledger: Ledger, entry: Entry, answered: bool) -> None:
    """Remove it and strike it out. What an engine may still be making, or does not give back, is left to a sweep."""
    settled = False
    try:
        settled = bool(remove(engine, entry)) or answered
    finally:
        with suppress(OSError):  # an entry for nothing does no harm
            (ledger.strike if settled else ledger.abandon)(entry)


@contextmanager
def _ours() -> Iterator[None]:
    """That our own thing has been removed by somebody else says nothing about theirs."""
    try:
        yield
    except Gone as gone:
        raise EngineProblem(f"What coursekit was looking into was removed meanwhile. {gone}") from gone


def _mount(volume: str, entry: Entry) -> dict[str, Any]:
    """A volume to look into. One that was removed a moment ago is made again by the engine: then it bears our label."""
    made_anew = {"NoCopy": True, "Labels": {LABEL: entry.number}}
    where = {"Type": "volume", "Source": volume, "Target": f"/volumes/{volume}", "ReadOnly": True}
    return where | {"VolumeOptions": made_anew}


def _entered(ledger: Ledger, engine: Engine, kind: str, made: Sequence[tuple[str, str]] = ()) -> Entry:
    with _written_down():
        return ledger.enter(kind, engine.endpoint.url, made)


@contextmanager
def _written_down() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EngineProblem(f"What coursekit makes cannot be written down, so nothing was made: {error}") from error


def remove(engine: Engine, entry: Entry) -> int:
    """Remove what bears the entry's number; gives how many that were. Raises EngineProblem.

    Of a rehearsal also what bears a name that it has entered, and was made while it lived. Nothing else is touched.
    """
    if entry.kind == REHEARSED:
        return _remove_rehearsed(engine, entry) + _remove_kept(engine, entry)
    found = engine.labelled(LABEL, entry.number)
    for container in found:
        engine.remove_container(container)
    volumes = engine.labelled_volumes(LABEL, entry.number) if entry.kind == "volume" else []
    for volume in volumes:
        engine.remove_volume(volume)
    return len(found) + len(volumes)


def _remove_rehearsed(engine: Engine, entry: Entry) -> int:
    kept = engine.image_names(_repository(entry))
    nameless = [("container", container) for name in kept for container in engine.containers_of(name)]
    removed = 0
    for kind, name in (*nameless, *entry.things):
        record = things.find(engine, kind, name)
        made = record and things.made_at(kind, record)
        if made and int(entry.time) <= made <= entry.last + LONGEST_COMMAND:
            things.remove(engine, kind, name)
            removed += 1
    return removed


def _remove_kept(engine: Engine, entry: Entry) -> int:
    names = engine.image_names(_repository(entry))
    for name in _topmost_first(engine, names):
        engine.remove_image(name, parents=False)  # those that were kept go by their own names
    return len(names)


def _topmost_first(engine: Engine, names: Sequence[str]) -> list[str]:
    """Names of images, each before that of an image on which it was built: one that is built on cannot go."""
    records = {name: record for name in names if (record := engine.image(name))}
    below = {record["Id"]: record.get("Parent") for record in records.values()}

    def height(image: str | None) -> int:
        return 1 + height(below[image]) if image in below else 0

    return sorted(records, key=lambda name: height(records[name]["Id"]), reverse=True)


def sweep(path: Path, engines: Engines) -> int:
    """Remove what owners that were killed have left behind; gives how many things those were.

    An engine that does not answer keeps its entries, for the next start; it is asked once.
    """
    removed = 0
    silent: set[str] = set()
    ledger = Ledger(path)
    try:
        for entry in ledger.abandoned():
            if entry.kind == "guest" or entry.endpoint in silent:
                continue
            try:
                engine = engines.at(Endpoint(entry.endpoint, "the ledger"), _SWEEPING)
            except EngineProblem:
                silent.add(entry.endpoint)
                continue
            removed += _swept(engine, ledger, entry)
    except OSError:
        return removed  # a ledger that cannot be read now is read at the next start
    return removed


def _swept(engine: Engine, ledger: Ledger, entry: Entry) -> int:
    """Remove what an entry stands for. Raises OSError.

    A rehearsal's names are free for the next one afterwards, so its entry is taken from it and struck out at once.
    """
    rehearsed = entry.kind == REHEARSED
    if rehearsed and not ledger.take_over(entry):
        return 0
    try:
        gone = remove(engine, entry)
    except EngineProblem:  # such as an image that somebody runs
        if rehearsed:
            ledger.abandon(entry)
        return 0
    if gone or rehearsed or time.time() - entry.time > _STILL_MAKING:
        ledger.strike(entry)
    return gone
