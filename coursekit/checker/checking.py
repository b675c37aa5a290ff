"""The checks of an exercise's steps, one after the other, on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from coursekit.checks.context import CheckContext
from coursekit.checks.judging import judge_step
from coursekit.model.exercise import Exercise
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Finding, Outcome, Verdict
from coursekit.progress.borne import Borne
from coursekit.progress.ledger import Ledger
from coursekit.shell.local import LocalPlace
from coursekit.shell.running import Cancelled, never
from coursekit.technologies.engine.connection import Engines
from coursekit.technologies.engine.own import sweep
from coursekit.technologies.engine.problem import MAKE_ROOM, EngineProblem
from coursekit.technologies.engine.room import LEAST, room
from coursekit.technologies.engine.things import with_tag
from coursekit.technologies.hypervisor import leftover


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
            leftover.sweep(ledger)
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
            step = exercise.step(step_id)
            verdict = judge_step(step, context, achieved, titles)
            if verdict.passed:
                achieved.add(step_id)
            elif verdict.outcome is Outcome.FAILED and exercise.images + exercise.makes and step.question is None:
                verdict = _not_their_fault(verdict, exercise, context)
            _note_images(exercise, context)
            yield step_id, verdict


def _note_images(exercise: Exercise, context: CheckContext) -> None:
    """Note which images bear the exercise's names: built anew, one loses its name and is still the student's."""
    names = [with_tag(made.name) for made in exercise.makes if made.kind == "image"]
    engine = context.engines.reached(context.variables) if names else None
    if engine is not None:
        with contextlib.suppress(EngineProblem, OSError):  # what is not noted now is noted by the next check
            Borne(context.ledger.path).note(engine.endpoint.url, engine.images_named(names))


def _not_their_fault(verdict: Verdict, exercise: Exercise, context: CheckContext) -> Verdict:
    """A failure; ERROR when the engine lacks an image to begin with, or the room to make anything."""
    try:
        engine = context.engine()
        missing = [name for name in exercise.images if engine.image(name) is None]
        left = room(engine.about) if exercise.makes else None
    except EngineProblem:
        return verdict
    if missing:
        findings = [
            Finding(Outcome.ERROR, f"the image {name} is in the container engine", "", f"the image {name} is not here")
            for name in missing
        ]
        advice = (
            f"This exercise begins with {' and '.join(missing)}. To get what is missing: coursekit fetch {exercise.id}"
        )
    elif left is not None and left < LEAST:
        observed = f"{left // 1_000_000} MB are left in {engine.about.folder}"
        findings = [Finding(Outcome.ERROR, "the container engine's disk has room", "", observed)]
        advice = f"What you do now may stop for want of room. {MAKE_ROOM} Then do this step again."
    else:
        return verdict
    return Verdict(Outcome.ERROR, tuple(findings), what_to_do=advice, seconds=verdict.seconds)
