"""Kind ``network``: a network is there, and the right containers are on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.engine_kind import Demand, EngineKind
from coursekit.checks.kind import words
from coursekit.technologies.engine.connection import Engine


@dataclass(frozen=True)
class NetworkCheck(EngineKind):
    """A network by its name."""

    shorthand: ClassVar[str] = "name"

    containers: str | tuple[str, ...] = ()
    """The names of running containers that must be on it."""
    internal: bool | None = None
    """Whether it must be cut off from the outside."""

    @property
    def claim(self) -> str:
        on_it = f", with {', '.join(words(self.containers))} on it" if self.containers else ""
        return f"the network {self.name} is there{on_it}"

    def denial(self) -> str:
        return f"there is no network {self.name}"

    def look(self, engine: Engine, context: CheckContext) -> Sequence[Demand]:
        record = engine.network(self.name)
        if record is None:
            return [
                Demand(self.claim, f"a network named {self.name}", f"there is no network {self.name}", missing=True)
            ]
        demands = []
        for name in words(self.containers):
            container = engine.container(name)
            joined = sorted(container["NetworkSettings"]["Networks"]) if container else []
            if container is None:
                observed = f"there is no container {name}"
            elif self.name not in joined:
                observed = f"its networks are: {', '.join(joined) or 'none'}"
            else:
                runs = container["State"]["Status"] in ("running", "paused")
                observed = "" if runs else f"the container {name} does not run, and is on no network until it does"
            demands.append(Demand(f"`{name}` is on the network {self.name}", self.name, observed))
        if self.internal is not None and bool(record.get("Internal")) != self.internal:
            observed = "it leads outside" if self.internal else "it is cut off"
            demands.append(Demand(f"the network {self.name} is right", f"internal: {self.internal}", observed))
        return demands
