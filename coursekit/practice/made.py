"""What a student makes in an exercise outside of the workspace: found by the drawn names, removed on their word."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.problem import EngineProblem

if TYPE_CHECKING:
    from coursekit.model.exercise import Exercise, Made


def find_made(exercise: Exercise, since: float = 0.0, variables: Mapping[str, str] = os.environ) -> list[Made]:
    """Those of the exercise's things that are there now and were made after a moment (seconds since the epoch).

    An engine that does not answer holds nothing that could be found.
    """
    if not exercise.makes:
        return []
    try:
        with Engines() as engines:
            engine = engines.reach(variables)
            return [made for made in exercise.makes if _is_there(engine, made, since)]
    except EngineProblem:
        return []


def remove_made(made: Sequence[Made], variables: Mapping[str, str] = os.environ) -> list[str]:
    """Remove these things, containers first; gives what could not be removed, and why, in plain words."""
    troubles = []
    try:
        with Engines() as engines:
            engine = engines.reach(variables)
            for thing in made:
                try:
                    _remove(engine, thing)
                except EngineProblem as problem:
                    troubles.append(f"{thing}: {problem}")
    except EngineProblem as problem:
        troubles.append(str(problem))
    return troubles


def clear_made(exercise: Exercise, since: float) -> list[str]:
    """Find and remove; gives what could not be removed. Takes a while: not for a thread that draws."""
    return remove_made(find_made(exercise, since))


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
