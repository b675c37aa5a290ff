"""Kind ``volume``: a volume is there, and a file in it holds what it should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.engine_kind import Demand, EngineKind
from coursekit.checks.kind import TextFits, require_pattern, words
from coursekit.shell.text import visible
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.own import peek
from coursekit.technologies.engine.problem import EngineProblem, Gone


@dataclass(frozen=True)
class VolumeCheck(EngineKind):
    """A volume by its name."""

    shorthand: ClassVar[str] = "name"

    file: str | None = None
    """A path in it."""
    contains: str | tuple[str, ...] = ()
    matches: str | None = None

    def __post_init__(self) -> None:
        require_pattern("matches", self.matches)
        if self.file is None and (self.contains or self.matches):
            raise ValueError("`contains` and `matches` need `file`")

    @property
    def claim(self) -> str:
        return f"the volume {self.name} is there" + (f", with {self.file} in it" if self.file else "")

    def denial(self) -> str:
        return f"there is no volume {self.name}"

    def look(self, engine: Engine, context: CheckContext) -> Sequence[Demand]:
        if engine.volume(self.name) is None:
            return [Demand(self.claim, f"a volume named {self.name}", f"there is no volume {self.name}", missing=True)]
        if self.file is None:
            return []
        image = engine.any_image()
        if image is None:
            raise EngineProblem("There is no image here with which to look into a volume. Pull one: coursekit fetch")
        try:
            with peek(engine, image, context.ledger, volumes=[self.name]) as inside:
                text = inside.read(f"/volumes/{self.name}/{self.file}").decode("utf-8", "replace")
        except Gone as gone:  # an image that need not have stayed
            raise EngineProblem(str(gone)) from gone
        except OSError:
            return [Demand(self.claim, f"the file {self.file}", f"there is no {self.file} in the volume")]
        fits = TextFits(words(self.contains), matches=self.matches)
        expected, observed = fits.complaints(visible(text))
        return [Demand(f"{self.file} in the volume {self.name}", "; ".join(expected), "\n".join(observed))]
