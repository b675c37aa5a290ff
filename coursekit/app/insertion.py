"""Commands put at the student's prompt: those of the guide, one after the other, and the one that brings marks back."""

from __future__ import annotations

from coursekit.app.widgets.status_bar import StatusBar
from coursekit.app.widgets.student_terminal import StudentTerminal
from coursekit.course.guide import commands
from coursekit.model.exercise import Step

_BAD = "bold $text-warning"


class Insertion:
    """Puts a command at the prompt; the student presses Enter."""

    def __init__(self, terminal: StudentTerminal, status: StatusBar) -> None:
        self._terminal, self._status = terminal, status
        self._step_id = ""
        self._inserted = 0
        """How many of that step's commands have been put at the prompt."""

    def insert_next(self, step: Step) -> None:
        """Put the step's next command at the prompt; after the last one the first again."""
        found = commands(step.guide)
        if not found:
            self._status.say("This step's guide has no command to insert: think of your own.")
            return
        if step.id != self._step_id:
            self._step_id, self._inserted = step.id, 0
        self.insert(found[self._inserted % len(found)])
        self._inserted += 1

    def insert(self, command: str) -> None:
        """Put a command at the prompt, unless a program is running there."""
        if not self._terminal.can_insert:
            self._status.say("A program is running in your shell: wait until the prompt is back.", _BAD)
            return
        self._terminal.put_at_prompt(command)
        self._say_inserted()

    def teach(self) -> None:
        """Put the line at the prompt that brings the marks back."""
        self._terminal.integrate_again()
        self._say_inserted()

    def _say_inserted(self) -> None:
        self._terminal.focus()
        self._status.say("Enter runs it.")
