"""The checks of an exercise's steps, one after the other, on this machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from coursekit.checks.context import CheckContext
from coursekit.checks.judging import judge_step
from coursekit.model.exercise import Exercise
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Verdict
from coursekit.progress.ledger import Ledger
from coursekit.shell.local import LocalPlace
from coursekit.shell.running import Cancelled, never
from coursekit.technologies.engine.connection import Engines
from coursekit.technologies.engine.own import sweep


def check_steps(
    exercise: Exercise,
    steps: Sequence[str],
    *,
    workspace: Path,
    shell: ShellState | None,
    answers: Mapping[str, str],
    passed: Collection[str],
    ledger: Path,
    cancelled: Cancelled = never,
) -> Iterator[tuple[str, Verdict]]:
    """Judge steps in order; a step that passes counts for those after it. Nothing is left running.

    ``ledger`` is the file in which a check enters what it makes on the machine; what others have left is removed first.
    """
    titles = {step.id: step.title for step in exercise.steps}
    achieved = set(passed)
    with LocalPlace(workspace, cancelled) as place, Engines() as engines:
        if ledger.exists():
            sweep(ledger, engines)
        for step_id in steps:
            context = CheckContext(
                place,
                exercise.values,
                shell,
                answers,
                str(exercise.folder),
                cancelled=cancelled,
                engines=engines,
                ledger=Ledger(ledger),
            )
            verdict = judge_step(exercise.step(step_id), context, achieved, titles)
            if verdict.passed:
                achieved.add(step_id)
            yield step_id, verdict
