"""A new beginning: what may begin anew, and what that costs, is asked first."""

from __future__ import annotations

import asyncio

from coursekit.app.screens.dialogs import Choose
from coursekit.app.work import Work
from coursekit.practice.made import clear_made
from coursekit.practice.wording import counted

STEP, EXERCISE, WITH_MADE, NOTHING = "s", "e", "a", "k"


class AskReset(Choose):
    """Gives STEP, EXERCISE, WITH_MADE or NOTHING."""

    def __init__(self, work: Work) -> None:
        points = work.standing.points
        lost = f" Its {counted(points, 'point')} have to be earned again." if points else ""
        answers = [
            (STEP, f"This step: {work.step.title}. The first files are put back as they were."),
            (EXERCISE, f"The whole exercise, in a new folder with its first files.{lost}"),
            (NOTHING, "Keep everything as it is"),
        ]
        if work.exercise.makes:
            gone = ", ".join(sorted({f"{made.kind}s" for made in work.exercise.makes}))
            answers.insert(2, (WITH_MADE, f"The whole exercise, and the {gone} that you made in it are removed.{lost}"))
        question = "Begin anew? A copy of your work is kept. Opened hints and first answers stay as they are."
        super().__init__(question, answers)


async def reset(work: Work, what: str) -> tuple[str, str]:
    """Begin anew, while no check runs; gives what has begun anew, and what more is to be said. Raises CourseError."""
    practice, exercise = work.practice, work.exercise
    troubles = []
    if what == WITH_MADE:
        workspace, since = practice.workspace(exercise.id), practice.first_started(exercise.id)
        troubles = await asyncio.to_thread(clear_made, exercise, workspace, since or 0, practice.home.ledger)
    kept = practice.reset(exercise.id, work.viewed if what == STEP else None)
    work.refresh()
    current = work.standing.current
    if what != STEP and current:
        work.viewed = current.outline.id
    text = f"What you had is kept in {kept}" if kept else "Nothing of yours had to be moved."
    whole = f"Begun anew: the whole exercise “{exercise.title}”, with its first files."
    title = f"Begun anew: the step “{work.step.title}”, with the first files." if what == STEP else whole
    return title, "\n".join([text, *troubles])
