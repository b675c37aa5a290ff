"""The check that the student has asked for: one at a time, with the seconds it takes, and stopped on their word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from coursekit.errors import CourseError
from coursekit.model.exercise import Step
from coursekit.model.verdict import Verdict


class AskedCheck:
    """Runs at most one check, and tells how it ended."""

    def __init__(
        self,
        check: Callable[[Step], Awaitable[Verdict]],
        tell: Callable[[Step, Verdict], None],
        tell_stopped: Callable[[Step], None],
        tell_error: Callable[[CourseError], None],
    ) -> None:
        self._check = check
        self._tell, self._tell_stopped, self._tell_error = tell, tell_stopped, tell_error
        self._task: asyncio.Task[None] | None = None
        self._began = 0.0
        self.step: Step | None = None
        """The step that is being checked; None while nothing is."""

    @property
    def seconds(self) -> float:
        """For how long the check has run."""
        return time.monotonic() - self._began

    def start(self, step: Step) -> None:
        """Check a step, unless a check runs already."""
        if self.step is None:
            self.step, self._began = step, time.monotonic()
            self._task = asyncio.create_task(self._run(step))

    def stop(self) -> None:
        """Stop the check that runs, if one does."""
        if self._task is not None:
            self._task.cancel()

    async def stopped(self) -> None:
        """Stop the check that runs, and wait until it is gone."""
        self.stop()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, step: Step) -> None:
        try:
            verdict = await self._checked(step)
        except asyncio.CancelledError:
            self._tell_stopped(step)
        except CourseError as error:
            self._tell_error(error)
        except Exception as error:  # a bug: said plainly, its traceback kept for whoever mends it
            self._tell_error(_mistake_of_ours(error))
        else:
            self._tell(step, verdict)

    async def _checked(self, step: Step) -> Verdict:
        try:
            return await self._check(step)
        finally:
            self.step = None


def _mistake_of_ours(error: Exception) -> CourseError:
    from coursekit.crash import write_crash

    what = f"The step could not be checked: a mistake of coursekit's own. What happened stands in {write_crash(error)}"
    return CourseError(what, "This is not your fault. F2 checks once more.")
