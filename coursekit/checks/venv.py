"""Kind ``venv``: a folder is a virtual environment whose interpreter answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, could_not_look, found, not_there
from coursekit.model.verdict import Finding
from coursekit.technologies.venv import inspect


@dataclass(frozen=True)
class VenvCheck(Kind):
    """A virtual environment in the workspace, whichever tool made it."""

    shorthand: ClassVar[str] = "path"

    path: str
    system_packages: bool | None = None
    """Whether it must see the outer Python's packages; left out: either."""

    def judge(self, context: CheckContext) -> Finding:
        claim = f"`{self.path}` is a virtual environment"
        environment = inspect(context.place, self.path, context.limits())
        if environment.unclear:
            return could_not_look(claim, environment.unclear, environment.commands)
        if environment.problem:
            expected = "a folder with pyvenv.cfg and an interpreter of its own that answers"
            if environment.missing:
                return not_there(claim, expected, environment.problem, environment.commands)
            return found(False, claim, expected, environment.problem, environment.commands)
        if self.system_packages is not None and environment.system_packages != self.system_packages:
            wanted = "sees" if self.system_packages else "does not see"
            is_so = "sees" if environment.system_packages else "does not see"
            return found(
                False,
                f"`{self.path}` {wanted} the packages of the outer Python",
                f"include-system-site-packages = {str(self.system_packages).lower()} in pyvenv.cfg",
                f"it {is_so} them",
                environment.commands,
            )
        observed = f"Python {environment.version}, made from {environment.base}"
        return found(True, claim, "", observed, environment.commands)

    def denial(self) -> str:
        return f"`{self.path}` is not a virtual environment"
