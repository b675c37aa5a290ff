"""Kind ``custom``: a function of the exercise's own ``check.py``, for what the other kinds cannot say.

The function is called with the check's context. Its docstring's first line is the claim that the student reads; it
returns nothing when that holds, else what was found in its place; `Missing` when there is nothing to look at. It is the
course's code, run by the checker alone.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, could_not_look, found, not_there
from coursekit.model.verdict import Finding
from coursekit.technologies.engine.problem import EngineProblem


class CouldNotLook(Exception):
    """Raised by a custom check that cannot tell: an ERROR, not the student's fault."""


class Missing(str):
    """Returned by a custom check that has found nothing to look at: what says so."""


@dataclass(frozen=True)
class CustomCheck(Kind):
    """A function of check.py."""

    shorthand: ClassVar[str] = "function"

    function: str

    def judge(self, context: CheckContext) -> Finding:
        check = _function(Path(context.exercise) / "check.py", self.function)
        claim = (check.__doc__ or self.function).strip().splitlines()[0].rstrip(".").replace("``", "`")
        for name, value in context.values.items():
            claim = claim.replace(f"{{{name}}}", value)
        try:
            observed = check(context)
        except (CouldNotLook, EngineProblem) as error:
            return could_not_look(claim, str(error))
        if isinstance(observed, Missing):
            return not_there(claim, "", observed)
        return found(observed is None, claim, "", observed or "")

    def denial(self) -> str:
        return "that is not so"


def _function(path: Path, name: str) -> Callable[[CheckContext], str | None]:
    spec = importlib.util.spec_from_file_location("check", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[[CheckContext], str | None] = getattr(module, name)
    return function
