"""Hints on the student's wish: what a wish shows, and that a price is said before it is paid."""

from __future__ import annotations

from coursekit.practice.practice import Practice
from coursekit.practice.wording import counted


class Hints:
    """The hints of one exercise. A hint that costs points is opened by the second wish for it."""

    def __init__(self, practice: Practice, exercise_id: str) -> None:
        self._practice = practice
        self._exercise_id = exercise_id
        self._offered: tuple[str, int] | None = None
        """The step and the level of the hint whose price has been said."""

    def wish(self, step_id: str) -> tuple[str, str]:
        """Open the next hint, or say what it costs; gives a title and a text. Raises CourseError."""
        practice, exercise_id = self._practice, self._exercise_id
        coming = practice.next_hint(exercise_id, step_id)
        offer = (step_id, practice.standing(exercise_id).step(step_id).hints_opened + 1)
        if coming is not None and coming.price and self._offered != offer:
            self._offered = offer
            return self._shown(step_id, f"{coming} F3 once more opens it now; Esc does not.")
        practice.hint(exercise_id, step_id)
        following = practice.next_hint(exercise_id, step_id)
        free = following is not None and not following.price
        return self._shown(step_id, "F3 opens the next one, which is free." if free else "")

    def _shown(self, step_id: str, offer: str) -> tuple[str, str]:
        opened = self._practice.opened_hints(self._exercise_id, step_id)
        levels = len(self._practice.exercise(self._exercise_id).step(step_id).hints)
        lines = [f"{number}. {hint.text}" for number, hint in enumerate(opened, start=1)]
        title = f"Hints: {len(opened)} of {levels}" if opened else f"{counted(levels, 'hint')} for this step"
        return title, "\n".join([*lines, *([offer] if offer else [])])
