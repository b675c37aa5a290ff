"""One check, judged with the container engine of this machine or with the one that a shell reaches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from coursekit.checks.context import CheckContext
from coursekit.checks.judging import judge
from coursekit.checks.kind import Kind
from coursekit.model.check import Check, Single
from coursekit.model.exercise import Step
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Finding
from coursekit.shell.local import LocalPlace
from coursekit.technologies.engine.connection import Engines
from tests.engines import Recorded


def judged(root: Path, check: Kind, shell: ShellState | None = None, ledger: Path | None = None) -> Finding:
    with LocalPlace(root) as place, Engines() as engines:
        context = replace(CheckContext(place, engines=engines), shell=shell)
        if ledger is not None:
            context = replace(context, ledger=Recorded(ledger))
        return judge(Single("any", check), context)[1][0]


def step(check: Check, **settings: object) -> Step:
    return Step("one", "One", 1, check, "", **settings)  # type: ignore[arg-type]
