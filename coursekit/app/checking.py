"""Checks from the app's side: one at a time, cancelled for good within a moment, never a stale verdict."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

from coursekit.app.control import Checkers
from coursekit.checker.protocol import Request
from coursekit.checker.remote import CheckerDied, RemoteChecker
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Finding, Outcome, Verdict
from coursekit.practice.practice import Practice

_GRACE = 0.5
"""Seconds that a checker gets to clean up after it has been cancelled."""


class Checking:
    """The checks of one exercise, through a checker process."""

    def __init__(self, practice: Practice, exercise_id: str, checkers: Checkers) -> None:
        self._practice = practice
        self._exercise_id = exercise_id
        self._checkers = checkers
        self._checker: tuple[RemoteChecker, int] | None = None
        self._numbers = itertools.count(1)
        self._busy = asyncio.Lock()

    async def check(self, step_id: str, shell: ShellState | None) -> Verdict:
        """The verdict on a step. Cancelling the task stops the check. Raises CourseError."""
        async with self._busy:
            last_reset = self._practice.last_reset(self._exercise_id)
            request = self._request(step_id, shell)
            finished = False
            try:
                async for _, verdict in self._ask(request):
                    finished = True
                    result = verdict
                self._practice.refuse_outdated(self._exercise_id, last_reset)
                return result if finished else _died()
            except (CheckerDied, ConnectionError):
                self._forget()
                return _died()
            except asyncio.CancelledError:
                await _finish(asyncio.create_task(self._cancel(request.id)))
                raise

    async def _ask(self, request: Request) -> AsyncIterator[tuple[str, Verdict]]:
        if self._checker is None:
            self._checker = await self._checkers.open()
        async for step_and_verdict in self._checker[0].check(request):
            yield step_and_verdict

    def _request(self, step_id: str, shell: ShellState | None) -> Request:
        practice, exercise_id = self._practice, self._exercise_id
        exercise = practice.require_started(exercise_id)
        return Request(
            id=next(self._numbers),
            course=str(practice.course.folder),
            exercise=exercise_id,
            values=dict(exercise.values),
            workspace=str(practice.workspace(exercise_id)),
            steps=(step_id,),
            passed=practice.standing(exercise_id).achieved,
            shell=shell,
            answers=practice.answers(exercise_id),
            ledger=str(practice.home.ledger),
        )

    async def _cancel(self, request_id: int) -> None:
        """Ask the checker to stop; one that does not within a moment is stopped from outside."""
        if self._checker is None:
            return
        remote, number = self._checker
        try:
            remote.cancel(request_id)
            async with asyncio.timeout(_GRACE):
                await remote.wait_until_done(request_id)
        except (TimeoutError, CheckerDied, ConnectionError):
            self._checkers.stop(number)
            self._forget()

    def _forget(self) -> None:
        if self._checker is not None:
            with contextlib.suppress(OSError):
                self._checker[0].close()
            self._checker = None

    def close(self) -> None:
        """Hang up; the checker ends by itself."""
        self._forget()


async def _finish(task: asyncio.Task[None]) -> None:
    """Wait for the end of a task, however often the waiting itself is cancelled."""
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(task)


def _died() -> Verdict:
    finding = Finding(Outcome.ERROR, "the step could be checked", "", "the process that checks has ended")
    return Verdict(Outcome.ERROR, (finding,), what_to_do="Check once more; a new one is started.")
