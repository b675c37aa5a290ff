"""What a student makes in an exercise besides files: found by the drawn names, removed on their word."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.problem import EngineProblem
from coursekit.technologies.hypervisor.ending import switch_off
from coursekit.technologies.hypervisor.facts import look
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.problem import GuestProblem, NotQemu, NotRunning

if TYPE_CHECKING:
    from coursekit.model.exercise import Exercise, Made

_ANSWER = 3.0
"""Seconds that a guest's QEMU gets to say that it runs."""


def find_made(
    exercise: Exercise, workspace: Path, since: float = 0.0, variables: Mapping[str, str] = os.environ
) -> list[Made]:
    """Those of the exercise's things that are there now and were made after a moment (seconds since the epoch).

    An engine that does not answer holds nothing that could be found.
    """
    guests, others = _apart(exercise.makes)
    found = [guest for guest in guests if _runs(workspace / guest.name)]
    if others:
        try:
            with Engines() as engines:
                engine = engines.reach(variables)
                found += [made for made in others if _is_there(engine, made, since)]
        except EngineProblem:
            pass
    return found


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
                    _remove(engine, thing)
                except EngineProblem as problem:
                    troubles.append(f"{thing}: {problem}")
    except EngineProblem as problem:
        troubles.append(str(problem))
    return troubles


def clear_made(exercise: Exercise, workspace: Path, since: float) -> list[str]:
    """Find and remove; gives what could not be removed. Takes a while: not for a thread that draws."""
    return remove_made(find_made(exercise, workspace, since), workspace)


def _apart(made: Sequence[Made]) -> tuple[list[Made], list[Made]]:
    """The guests, and what an engine holds."""
    return [one for one in made if one.kind == "guest"], [one for one in made if one.kind != "guest"]


def _runs(folder: Path) -> bool:
    """Whether a guest runs in a folder. One that does not answer runs all the same."""
    try:
        look(folder, hardware(), _ANSWER)
    except (NotRunning, NotQemu):
        return False
    except GuestProblem:
        return True
    return True


def _is_there(engine: Engine, made: Made, since: float) -> bool:
    record = getattr(engine, made.kind)(made.name)
    if record is None:
        return False
    return made.kind == "image" or _made_at(record) >= int(since)  # of a volume whole seconds are known


def _made_at(record: Mapping[str, Any]) -> float:
    """When the engine says that a thing was made; now, when it does not say."""
    moment = str(record.get("Created") or record.get("CreatedAt") or "")
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return float("inf")


def _remove(engine: Engine, thing: Made) -> None:
    """Remove what bears exactly that name: an engine takes the beginning of an identifier for a name as well."""
    record = getattr(engine, thing.kind)(thing.name)
    if record is None:
        return
    match thing.kind:
        case "container":
            engine.remove_container(record["Id"])
        case "image":
            engine.remove_image(thing.name)
        case "volume":
            engine.remove_volume(thing.name)
        case "network":
            engine.remove_network(record["Id"])
