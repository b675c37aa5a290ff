"""What is made in an engine while an exercise is played: nothing of that name is there before, and nothing after."""

from __future__ import annotations

import contextlib
import os

from coursekit.errors import CourseError, ExitCode
from coursekit.model.exercise import Exercise
from coursekit.practice.made import find_made, remove_made
from coursekit.technologies.engine.connection import Engines
from coursekit.technologies.engine.problem import EngineProblem


class Belongings:
    """The containers, images, volumes and networks that an exercise says it makes."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._images: set[str] = set()
        """The identifiers of images seen under the exercise's names: building again takes the name from the older."""

    def require_none(self) -> None:
        """Raise CourseError when something is there already: it belongs to somebody, and playing would destroy it.

        TOOL_MISSING when there is no engine in which the exercise could be played.
        """
        if not self._exercise.makes:
            return
        try:
            with Engines() as engines:
                engines.reach(os.environ)
        except EngineProblem as problem:
            what = f"{self._exercise.id} cannot be played here. {problem}"
            raise CourseError(what, "", ExitCode.TOOL_MISSING) from problem
        if found := find_made(self._exercise):
            listed = ", ".join(map(str, found))
            raise CourseError(
                f"{self._exercise.id} cannot be played here, because there is already {listed}.",
                "If it is left over, remove it; if it is yours, give it another name.",
                ExitCode.COULD_NOT_CHECK,
            )

    def note(self) -> None:
        """Remember which images bear the exercise's names now."""
        names = [made.name for made in self._exercise.makes if made.kind == "image"]
        if names:
            with contextlib.suppress(EngineProblem), Engines() as engines:
                engine = engines.reach(os.environ)
                self._images |= {record["Id"] for name in names if (record := engine.image(name))}

    def remove(self) -> None:
        """Remove all of it. Raises CourseError for what resists."""
        if not self._exercise.makes:
            return
        self.note()
        troubles = remove_made(find_made(self._exercise))
        if troubles:
            raise CourseError("What was played could not be cleared away. " + " ".join(troubles))
        with contextlib.suppress(EngineProblem), Engines() as engines:
            engine = engines.reach(os.environ)
            for image in self._images:
                with contextlib.suppress(EngineProblem):  # the base image of another, which goes with it
                    engine.remove_image(image)
        self._images.clear()
