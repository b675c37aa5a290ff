"""What a check is handed. Never the store, never the student's environment."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.model.shell_state import ShellState
from coursekit.progress.ledger import Ledger
from coursekit.shell.place import Limits, Place
from coursekit.shell.running import Cancelled, never
from coursekit.technologies.engine.connection import Engine, Engines


@dataclass(frozen=True)
class CheckContext:
    """Where to look, and until when."""

    place: Place
    values: Mapping[str, str] = field(default_factory=dict)
    shell: ShellState | None = None
    """The student's own shell at the moment of the check; None when nobody can say."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Step id to the answer last given there."""
    exercise: str = ""
    """The exercise's folder, where its own ``check.py`` lies."""
    step: str = ""
    """The id of the step that is being judged."""
    began: float = field(default_factory=time.monotonic)
    deadline: float = field(default_factory=lambda: time.monotonic() + 20.0)
    """Of the look at the whole step, both by ``time.monotonic()``."""

    cancelled: Cancelled = never
    engines: Engines = field(default_factory=Engines)
    """The connections to container engines, closed by whoever made the context."""
    ledger: Ledger = field(default_factory=lambda: Ledger(Path(os.devnull, "none")))
    """Where a check enters what it makes on the machine; left out: nowhere, so that it may make nothing."""

    @property
    def variables(self) -> Mapping[str, str]:
        """Those of the student's shell that say which engine it reaches."""
        return os.environ if self.shell is None else self.shell.variables

    def engine(self) -> Engine:
        """The container engine that the student's shell reaches. It must answer in time. Raises EngineProblem."""
        return self.engines.reach(self.variables, max(0.5, self.deadline - time.monotonic()))

    @property
    def nearly_over(self) -> bool:
        """Whether less than half of the step's time is left: what then comes to no end is not at fault."""
        return self.deadline - time.monotonic() < (self.deadline - self.began) / 2

    def limits(self, seconds: float = 10.0) -> Limits:
        """Limits for one command that also respect the deadline of the whole check."""
        return Limits(seconds=max(0.1, min(seconds, self.deadline - time.monotonic())))
