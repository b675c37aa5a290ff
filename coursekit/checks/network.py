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
            return [Demand(self.claim, f"a network named {self.name}", f"there is no network {self.name}")]
        demands = []
        for name in words(self.containers):
            container = engine.container(name)
            joined = sorted(container["NetworkSettings"]["Networks"]) if container else []
            observed = f"its networks are: {', '.join(joined)}" if container else f"there is no container {name}"
            claim = f"`{name}` is on the network {self.name}"
            demands.append(Demand(claim, self.name, "" if self.name in joined else observed))
        if self.internal is not None and bool(record.get("Internal")) != self.internal:
            observed = "it leads outside" if self.internal else "it is cut off"
            demands.append(Demand(f"the network {self.name} is right", f"internal: {self.internal}", observed))
        return demands
