"""When a step is checked by itself: a moment after a prompt, quietly, and never with a stale verdict.

It knows neither Textual nor what a verdict looks like on the screen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from coursekit.errors import CourseError
from coursekit.model.exercise import Step
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome, Verdict

PAUSE = 0.15
"""Seconds after a prompt before a check starts: a pasted block of commands shows many prompts."""


class AutomaticChecks:
    """Checks one step after the other, for as long as they pass, with what the shell said last."""

    def __init__(
        self,
        check: Callable[[str, ShellState | None], Awaitable[Verdict]],
        next_step: Callable[[], Step | None],
        tell: Callable[[Step, Verdict], None],
        renew: Callable[[Step, Verdict], None],
    ) -> None:
        """``next_step`` gives the step to be checked, or None; ``tell`` takes the verdicts that count:

        every pass, and a failure that is another one than the last time. Then the student has done something that
        touches the step; after any other command nothing needs to be said. ``renew`` takes whatever else is the case
        now, the same again too, for those who show an earlier verdict.
        """
        self._check = check
        self._next_step = next_step
        self._tell, self._renew = tell, renew
        self._wanted: ShellState | None = None
        self._waiting = False
        self._commands = 0
        self._found: dict[str, object] = {}
        """What was found when each step last failed."""
        self._task: asyncio.Task[None] | None = None
        self.last_check = 0.0
        """When the last check ended, in seconds of `time.monotonic`."""

    @property
    def busy(self) -> bool:
        return self._task is not None and not self._task.done()

    def wish(self, shell: ShellState | None) -> None:
        """A command has ended: check, with this state of the shell. A check that runs goes on first."""
        self._wanted, self._waiting = shell, True
        if not self.busy:
            self._task = asyncio.create_task(self._work())

    def command_began(self) -> None:
        """What has not begun to be checked no longer is; of what is being checked only a pass will count."""
        self._commands += 1
        self._waiting = False

    async def stop(self) -> None:
        """Cancel what runs, and wait until it is gone."""
        self._waiting = False
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _work(self) -> None:
        while self._waiting:
            seen = self._commands
            await asyncio.sleep(PAUSE)
            if not self._waiting or seen != self._commands:
                continue
            self._waiting = False
            await self._check_while_passing(self._wanted, seen)

    async def _check_while_passing(self, shell: ShellState | None, seen: int) -> None:
        before: Step | None = None
        while (step := self._next_step()) is not None and step != before:  # the same again: its pass was not recorded
            before = step
            try:
                verdict = await self._check(step.id, shell)
            except CourseError:  # such as a folder that is gone: a check that is asked for says so
                return
            self.last_check = time.monotonic()
            current = seen == self._commands
            if current and not verdict.passed:
                self._renew(step, verdict)
            if verdict.passed or (current and self._is_another(step, verdict)):
                self._tell(step, verdict)
            if not verdict.passed or not current:
                return

    def _is_another(self, step: Step, verdict: Verdict) -> bool:
        """Whether something else holds now, or fails for another reason, than when the step last failed."""
        if verdict.outcome is not Outcome.FAILED:
            return False
        found = ([(finding.claim, finding.outcome) for finding in verdict.findings], verdict.feedback)
        before = self._found.get(step.id, found)
        self._found[step.id] = found
        return found != before
