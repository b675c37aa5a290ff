"""Commands put at the student's prompt: those of the guide, one after the other, and the one that brings marks back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from coursekit.app.widgets.status_bar import StatusBar
from coursekit.app.widgets.student_terminal import StudentTerminal
from coursekit.course.guide import commands
from coursekit.model.exercise import Step

_BAD = "bold $text-warning"


class Insertion:
    """Puts a command at the prompt; the student presses Enter."""

    def __init__(self, terminal: StudentTerminal, status: StatusBar, workspace: Path) -> None:
        self._terminal, self._status, self._workspace = terminal, status, workspace
        self._step_id = ""
        self._next = 0
        """Which of that step's commands comes next."""

    async def insert_next(self, step: Step) -> None:
        """Put the step's next command at the prompt; after the last one the first again.

        One that was typed by hand has its turn behind it.
        """
        found = commands(step.guide)
        if not found:
            self._status.say("This step's guide has no command to insert: think of your own.")
            return
        if step.id != self._step_id:
            self._step_id, self._next = step.id, 0
        typed = self._terminal.state.last_command.strip() if self._terminal.state else ""
        if typed in found[self._next :]:
            self._next = found.index(typed, self._next) + 1
        if await self.insert(found[self._next % len(found)], step):
            self._next = self._next % len(found) + 1

    async def insert(self, command: str, step: Step) -> bool:
        """Put a command of a step at the prompt, unless a program is running there; gives whether it stands there.

        What is meant for a guest is put nowhere but into its console, and only once that is proven to be in front.
        """
        if step.console:
            if why := await asyncio.to_thread(self._why_not_into, step.console):
                self._status.say(f"For the guest {step.console} only: {why}.", _BAD)
                return False
            self._terminal.insert(command)
        elif not self._terminal.can_insert:
            self._status.say("A program is running in your shell: wait until the prompt is back.", _BAD)
            return False
        else:
            self._terminal.put_at_prompt(command)
        self._say_inserted()
        return True

    def _why_not_into(self, guest: str) -> str:
        from coursekit.technologies.hypervisor.console import why_not_in_front
        from coursekit.technologies.hypervisor.hardware import hardware

        return why_not_in_front(self._workspace / guest, self._terminal.foreground_process, hardware())

    def teach(self) -> None:
        """Put the line at the prompt that brings the marks back."""
        self._terminal.integrate_again()
        self._say_inserted()

    def _say_inserted(self) -> None:
        self._terminal.focus()
        self._status.say("Enter runs it.")
