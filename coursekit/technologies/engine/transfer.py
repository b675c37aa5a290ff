"""Images on their way into an engine: how far they are, and what stopped them, in plain words."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from coursekit.shell.running import Cancelled, never
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.problem import EngineProblem

_NO_NETWORK = re.compile(
    "no such host|dial tcp|i/o timeout|connection refused|connection reset|network is unreachable|no route to host|"
    "TLS handshake timeout|Client.Timeout|request canceled|proxyconnect|name resolution|server misbehaving|: EOF",
    re.IGNORECASE,
)
_NOT_THERE = re.compile("manifest unknown|not found|does not exist|access denied|unauthorized|denied: ", re.IGNORECASE)
_OTHER_PLATFORM = re.compile(
    "no matching manifest|not match the specified platform|no match for platform", re.IGNORECASE
)
_TOO_MANY = re.compile("toomanyrequests|rate limit|too many requests", re.IGNORECASE)
_NO_ROOM = re.compile("no space left|disk quota", re.IGNORECASE)
_NOT_TRUSTED = re.compile("x509|certificate", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """How much of an image has come over the network, in bytes."""

    done: int
    total: int
    """As far as is known: the parts of an image are announced one after the other."""


def pull(
    engine: Engine, image: str, platform: str = "", cancelled: Cancelled = never
) -> Generator[Arrival, None, None]:
    """Pull an image; gives how far it is, time and again. Raises EngineProblem.

    Closing the iterator stops the engine, and so does ``cancelled``: the iterator then ends, and nothing has come.
    """
    try:
        yield from _arrivals(_sound(engine.pull(image, platform, cancelled), image, platform))
    except EngineProblem:
        if not cancelled():
            raise
    if not cancelled():
        _require_platform(engine, image, platform)


def _arrivals(reports: Iterator[dict[str, Any]]) -> Iterator[Arrival]:
    parts: dict[str, tuple[int, int]] = {}
    for report in reports:
        part, status = str(report.get("id", "")), report.get("status")
        detail = report.get("progressDetail") or {}
        if status == "Downloading" and detail.get("total"):
            parts[part] = (int(detail.get("current", 0)), int(detail["total"]))
        elif status in ("Download complete", "Pull complete") and part in parts:
            parts[part] = (parts[part][1], parts[part][1])
        yield Arrival(sum(done for done, _ in parts.values()), sum(total for _, total in parts.values()))


def load(engine: Engine, archive: Iterable[bytes], image: str) -> None:
    """Load an archive that holds one image of that name. Raises EngineProblem, and what ``archive`` raises."""
    for _ in _sound(engine.load(iter(archive)), image, ""):
        pass
    if engine.image(image) is None:
        raise EngineProblem(f"The archive was taken, but the engine still has no image {image}.")


def _sound(reports: Iterator[dict[str, Any]], image: str, platform: str) -> Iterator[dict[str, Any]]:
    """The reports up to one that tells a trouble, which is raised."""
    for report in reports:
        if said := str(report.get("error") or (report.get("errorDetail") or {}).get("message") or ""):
            raise _problem(said, image, platform)
        yield report


def _require_platform(engine: Engine, image: str, platform: str) -> None:
    """Raise EngineProblem when another platform's image came: a registry with one image gives it to everybody."""
    found = engine.image(image)
    if found is None:
        raise EngineProblem(f"The registry answered, but the engine still has no image {image}.")
    if platform and platform_of(found) != platform:
        raise EngineProblem(f"The registry has no {image} for {platform}, only for {platform_of(found)}.")


def platform_of(record: dict[str, Any]) -> str:
    """What an image runs on, from the engine's record: ``linux/arm64``."""
    return f"{record.get('Os', 'linux')}/{record.get('Architecture', '?')}"


def _problem(said: str, image: str, platform: str) -> EngineProblem:
    where = f" for {platform}" if platform else ""
    if _TOO_MANY.search(said):
        return EngineProblem(
            f"The registry asks for a pause: too many images were pulled from your address. Wait an hour, or log in "
            f"(docker login), then pull {image} again."
        )
    if _NO_ROOM.search(said):
        return EngineProblem(f"There is no room for {image} on the engine's disk. What takes it: docker system df")
    if _OTHER_PLATFORM.search(said):
        return EngineProblem(f"The registry has no {image}{where}.")
    if _NOT_TRUSTED.search(said):
        return EngineProblem(
            f"The engine does not trust the registry's certificate, so {image} was not pulled. A proxy that looks into "
            f"connections? Its certificate belongs into the engine's settings. The engine says: {said}"
        )
    if _NO_NETWORK.search(said):
        return EngineProblem(f"The registry of {image} cannot be reached: no network? The engine says: {said}")
    if _NOT_THERE.search(said):
        return EngineProblem(f"The registry does not give {image}{where}: {said}")
    return EngineProblem(f"{image} did not come. The engine says: {said}")
