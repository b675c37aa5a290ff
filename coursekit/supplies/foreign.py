"""An image of any platform at hand, to be put into a bundle: nothing in the engine has another name afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from coursekit.supplies.listener import Listener
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.problem import EngineProblem
from coursekit.technologies.engine.transfer import platform_of, pull

if TYPE_CHECKING:
    from coursekit.model.course import BaseImage


@contextmanager
def at_hand(engine: Engine, image: BaseImage, platform: str, listener: Listener) -> Iterator[str]:
    """The identifier of an image for a platform: the one that is here, else one that is pulled.

    What was pulled for another platform is removed afterwards. Raises EngineProblem when there is none.
    """
    before = engine.image(image.name)
    if before is not None and "local" in image.sources and platform_of(before) == platform:
        yield str(before["Id"])
        return
    if "registry" not in image.sources:
        raise EngineProblem("it is not in the engine, and course.yaml names no registry for it")
    came = _pulled(engine, image.name, platform, listener, before)
    try:
        yield came
    finally:
        found = engine.image(came)
        others = set((found or {}).get("RepoTags") or ()) - {image.name}
        if found is not None and not others and came != (before or {}).get("Id") and platform != engine.platform:
            engine.remove_image(came)


def _pulled(engine: Engine, name: str, platform: str, listener: Listener, before: dict[str, Any] | None) -> str:
    """Pull, and give the name back at once to the image that had it."""
    whole = False
    try:
        with closing(pull(engine, name, platform, listener.cancelled)) as arrivals:
            for arrival in arrivals:
                listener.went(f"{name} for {platform}", arrival.done, arrival.total)
        listener.went(f"{name} for {platform}", 0, 0)
        whole = True
        return str((engine.image(name) or {}).get("Id", ""))
    finally:
        now = engine.image(name)
        if before is not None and (now is None or now["Id"] != before["Id"]):
            engine.tag(before["Id"], name)
        if now is not None and not whole and now["Id"] != (before or {}).get("Id"):
            engine.remove_image(now["Id"])
