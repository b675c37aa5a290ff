"""What is made in an engine while an exercise is played: nothing of that name is there before, and nothing after.

Images are kept under names of ours until the end, together with the nameless ones that a build leaves on its way: what
is played again is then taken from the builder's cache, and none of it is left. All of it is in the ledger before it
exists, so that a rehearsal that was killed is cleared away by the next.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from coursekit.errors import CourseError, ExitCode
from coursekit.model.exercise import Exercise, Made
from coursekit.practice.made import find_made, remove_made
from coursekit.progress.borne import Borne
from coursekit.progress.ledger import Ledger
from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.own import Rehearsed, sweep
from coursekit.technologies.engine.problem import EngineProblem
from coursekit.technologies.hypervisor.ending import quit_qemu
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.problem import GuestProblem, NotQemu, NotRunning

_BUILT = re.compile(r"^ ---> ([0-9a-f]{12})\s*$|(?:^|writing image )sha256:([0-9a-f]{64})\b", re.MULTILINE)
"""How a builder names an image on the screen: after each step, or at the end."""
_RAN = re.compile(r"^ ---> Running in ([0-9a-f]{12})\s*$", re.MULTILINE)
"""How the older builder names the container in which it does a step, which stays when the step fails."""


class Belongings:
    """The guests, containers, images, volumes and networks that an exercise says it makes."""

    def __init__(self, exercise: Exercise, workspace: Path, ledger: Ledger) -> None:
        self._exercise, self._workspace, self._ledger = exercise, workspace, ledger
        self._made = [(made.kind, made.name) for made in exercise.makes if made.kind != "guest"]
        self._names = [made.name for made in exercise.makes if made.kind == "image"]
        self._there: frozenset[str] = frozenset()
        """The images of before: somebody else's."""
        self._own: Rehearsed | None = None
        self._kept: set[str] = set()
        self._ran: set[str] = set()

    def require_none(self) -> None:
        """Raise CourseError when something is there already: it belongs to somebody, and playing would destroy it.

        TOOL_MISSING when there is no engine in which the exercise could be played.
        """
        if all(made.kind == "guest" for made in self._exercise.makes):
            return  # guests live in the stage's own folder, where nobody else's can be
        try:
            with Engines() as engines:
                sweep(self._ledger.path, engines)
                engines.reach(os.environ)
        except EngineProblem as problem:
            what = f"{self._exercise.id} cannot be played here. {problem}"
            raise CourseError(what, "", ExitCode.TOOL_MISSING) from problem
        if found := self._found():
            listed = ", ".join(map(str, found))
            raise CourseError(
                f"{self._exercise.id} cannot be played here, because there is already {listed}.",
                "If it is left over, remove it; if it is yours, give it another name.",
                ExitCode.COULD_NOT_CHECK,
            )
        try:
            with _engine() as engine:
                self._there = engine.all_images()
                self._own = Rehearsed(engine, self._ledger, self._made)
        except EngineProblem as problem:
            raise CourseError(f"{self._exercise.id} cannot be played here. {problem}") from problem

    def _found(self) -> list[Made]:
        return find_made(self._exercise, self._workspace, ledger=self._ledger.path)

    def announce(self) -> None:
        """Something may be made now. Raises CourseError when that cannot be written down: then nothing may be made."""
        if self._own is not None:
            try:
                self._own.live()
            except EngineProblem as problem:
                raise CourseError(str(problem)) from problem

    def note(self, screen: str = "") -> None:
        """Keep the images that bear the exercise's names now, and the nameless ones that a build has just shown."""
        if self._own is None:
            return
        self._ran |= set(_RAN.findall(screen))
        with contextlib.suppress(EngineProblem), _engine() as engine:
            shown = [f"sha256:{short or whole}" for short, whole in _BUILT.findall(screen)]
            there = engine.all_images() if shown else frozenset()
            built = (engine.image(image) for image in there if image.startswith(tuple(shown)))
            nameless = {record["Id"] for record in built if record and not record["RepoTags"]}
            named = {record["Id"] for name in self._names if (record := engine.image(name))}
            for image in nameless | named:
                self._keep(engine, self._own, image)

    def _keep(self, engine: Engine, own: Rehearsed, image: str) -> None:
        """Keep an image, and the nameless ones on which the older builder has built it."""
        while image and image not in self._there | self._kept:
            own.keep(engine, image)
            self._kept.add(image)
            parent = (engine.image(image) or {}).get("Parent")
            below = engine.image(parent) if parent else None
            image = below["Id"] if below and not below["RepoTags"] else ""

    def remove(self) -> None:
        """Remove all of it but what is kept. Raises CourseError for what resists."""
        if not self._exercise.makes:
            return
        self.note()
        for guest in self._exercise.guests:
            with contextlib.suppress(NotRunning, NotQemu, GuestProblem):  # what resists is found below
                quit_qemu(self._workspace / guest, hardware())
        with contextlib.suppress(EngineProblem), _engine() as engine:
            for container in self._ran.union(*(engine.containers_of(image) for image in self._kept)):
                engine.remove_container(container)
            self._ran.clear()
        if troubles := remove_made(self._found(), self._workspace):
            raise CourseError("What was played could not be cleared away. " + " ".join(troubles))

    def end(self) -> None:
        """Remove all of it, and what was kept. Raises CourseError for what resists."""
        try:
            self.remove()
        finally:
            if self._own is not None:
                with contextlib.suppress(EngineProblem), _engine() as engine:
                    self._own.end(engine)
                    Borne(self._ledger.path).forget(engine.endpoint.url, self._kept)


@contextlib.contextmanager
def _engine() -> Iterator[Engine]:
    """The engine. Raises EngineProblem: where none answers, there is nothing to look at."""
    with Engines() as engines:
        yield engines.reach(os.environ)
