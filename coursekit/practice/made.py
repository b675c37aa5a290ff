"""What a student makes in an exercise besides files: found by the drawn names, removed on their word.

An image loses its name when it is built again under the same one. That it is the student's is known if a check has seen
it with the name (``Borne``), or if a digest in a drawn repository is all that is left to it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.practice.home import find_home
from coursekit.progress.borne import Borne
from coursekit.technologies.engine import things
from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.problem import EngineProblem
from coursekit.technologies.hypervisor.ending import switch_off
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.presence import is_on
from coursekit.technologies.hypervisor.problem import GuestProblem, NotQemu

if TYPE_CHECKING:
    from coursekit.model.exercise import Exercise, Made

_ANSWER = 3.0
"""Seconds that a guest's QEMU gets to say that it runs."""


def find_made(
    exercise: Exercise,
    workspace: Path,
    since: float = 0.0,
    variables: Mapping[str, str] = os.environ,
    ledger: Path | None = None,
) -> list[Made]:
    """Those of the exercise's things that are there now and were made after a moment (seconds since the epoch).

    ``ledger``: the file in which checks have noted what they saw; left out, the one in coursekit's home. An engine that
    does not answer holds nothing that could be found.
    """
    guests, others = _apart(exercise.makes)
    running = [guest for guest in guests if is_on(workspace / guest.name, hardware(), _ANSWER)]
    if not others:
        return running
    borne = Borne(ledger or find_home().ledger)
    try:
        with Engines() as engines:
            engine = engines.reach(variables)
            found = [made for made in others if _is_there(engine, made, since)]
            last = max((at for at, made in enumerate(found, start=1) if made.kind in ("container", "image")), default=0)
            return [*running, *found[:last], *_nameless(engine, exercise, borne), *found[last:]]
    except EngineProblem:
        return running


def remove_made(made: Sequence[Made], workspace: Path, variables: Mapping[str, str] = os.environ) -> list[str]:
    """Remove these things, in their order; gives what could not be removed, and why, in plain words.

    A guest is switched off; its disk stays with the other files.
    """
    troubles = []
    guests, others = _apart(made)
    for guest in guests:
        try:
            switch_off(workspace / guest.name, hardware())
        except (GuestProblem, NotQemu) as problem:
            troubles.append(f"{guest}: {problem}")
    if not others:
        return troubles
    try:
        with Engines() as engines:
            engine = engines.reach(variables)
            for thing in others:
                try:
                    things.remove(engine, thing.kind, thing.name)
                except EngineProblem as problem:
                    troubles.append(f"{thing}: {problem}")
    except EngineProblem as problem:
        troubles.append(str(problem))
    return troubles


def clear_made(exercise: Exercise, workspace: Path, since: float, ledger: Path) -> list[str]:
    """Find and remove; gives what could not be removed. Takes a while: not for a thread that draws."""
    return remove_made(find_made(exercise, workspace, since, ledger=ledger), workspace)


def _apart(made: Sequence[Made]) -> tuple[list[Made], list[Made]]:
    """The guests, and what an engine holds."""
    return [one for one in made if one.kind == "guest"], [one for one in made if one.kind != "guest"]


def _is_there(engine: Engine, made: Made, since: float) -> bool:
    record = things.find(engine, made.kind, made.name)
    if record is None:
        return False
    at = things.made_at(made.kind, record)
    return made.kind == "image" or at is None or at >= int(since)  # of a volume whole seconds are known


def _nameless(engine: Engine, exercise: Exercise, borne: Borne) -> Iterator[Made]:
    """The student's images that have lost their names; none that a container of somebody else's was made from."""
    from coursekit.model.exercise import Made

    names = [things.with_tag(made.name) for made in exercise.makes if made.kind == "image"]
    theirs = [made.name for made in exercise.makes if made.kind == "container"]
    for digest in engine.digests({name.rpartition(":")[0] for name in names}) if names else ():
        if not _used_elsewhere(engine, digest, theirs):
            yield Made("image", digest)
    with contextlib.suppress(OSError):  # a file that cannot be read names nothing
        known = borne.of(engine.endpoint.url, names)
        borne.forget(engine.endpoint.url, [image for image in known if engine.image(image) is None])
        bare = engine.nameless_images() if known else ()
        for image, name in known.items():
            if image in bare and not _used_elsewhere(engine, image, theirs):
                yield Made("image", image, was=name)


def _used_elsewhere(engine: Engine, image: str, containers: Sequence[str]) -> bool:
    """Whether a container was made from it that is none of these."""
    own = {record["Id"] for name in containers if (record := engine.container(name))}
    return not own.issuperset(engine.containers_of(image))
