"""Containers, images, volumes and networks by kind and exact name: found, dated, removed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coursekit.technologies.engine.connection import Engine


def with_tag(image: str) -> str:
    """An image's name with its tag, as engines list it."""
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"


def find(engine: Engine, kind: str, name: str) -> dict[str, Any] | None:
    """The engine's own record of a thing; None when there is none. Raises EngineProblem."""
    record: dict[str, Any] | None = getattr(engine, kind)(name)
    return record


def made_at(kind: str, record: dict[str, Any]) -> float | None:
    """When a thing got there, in seconds since the epoch; None when the engine does not say.

    Of an image that is when it got a name: what a build takes from its cache is as old as the cache. Of a volume whole
    seconds are known.
    """
    if kind == "image":
        moment = (record.get("Metadata") or {}).get("LastTagTime")
    else:
        moment = record.get("Created") or record.get("CreatedAt")
    try:
        at = datetime.fromisoformat(str(moment))
    except ValueError:
        return None
    return at.timestamp() if at.year > 1 else None  # Go writes the first year for a moment that it does not know


def remove(engine: Engine, kind: str, name: str) -> None:
    """Remove what bears exactly that name: an engine takes the beginning of an identifier for a name as well.

    Nothing when there is none. Raises EngineProblem.
    """
    record = find(engine, kind, name)
    if record is None:
        return
    match kind:
        case "container":
            engine.remove_container(record["Id"])
        case "image":
            engine.remove_image(name)
        case "volume":
            engine.remove_volume(name)
        case "network":
            engine.remove_network(record["Id"])
