"""The checker process: ``python -m coursekit.checker``, its standard input and output the line to the app.

One thread. While a check runs, it looks at its input between two reads of the check's output, so that a request can be
cancelled. When the input ends, everything that a check started is stopped, and the process ends.
"""

from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path
from typing import Any

from coursekit.checker.checking import check_steps
from coursekit.checker.protocol import Request, done_line, verdict_line
from coursekit.checks import KINDS
from coursekit.course.exercises import content_hash, read_exercise
from coursekit.errors import CourseError
from coursekit.model.exercise import Exercise
from coursekit.model.verdict import Finding, Outcome, Verdict
from coursekit.shell.tree import become_subreaper

_INPUT, _OUTPUT = 0, 1


class Checker:
    """Answers requests, one after the other."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: list[Request] = []
        self._cancelled: set[int] = set()
        self._ended = False
        self._exercises: dict[str, Exercise] = {}

    def serve(self) -> None:
        """Answer until the input ends."""
        while not self._ended:
            self._take_in(None)
            while self._waiting and not self._ended:
                self._answer(self._waiting.pop(0))

    def _answer(self, request: Request) -> None:
        open_steps = list(request.steps)
        try:
            for step, verdict in self._verdicts(request):
                open_steps.remove(step)
                self._say(verdict_line(request.id, step, verdict))
        except CourseError as error:
            self._fail(request, open_steps, error.message, error.what_to_do)
        except Exception as error:  # a bug of ours: said as such, and never a failure of the student's
            self._fail(request, open_steps, f"{type(error).__name__}: {error}", "Tell your instructor.")
        self._say(done_line(request.id))

    def _verdicts(self, request: Request) -> Any:
        return check_steps(
            self._exercise(request),
            request.steps,
            workspace=Path(request.workspace),
            shell=request.shell,
            answers=request.answers,
            passed=request.passed,
            ledger=Path(request.ledger),
            cancelled=lambda: self._is_cancelled(request.id),
        )

    def _exercise(self, request: Request) -> Exercise:
        course = Path(request.course)
        known = self._exercises.get(request.exercise)
        if known and known.values == request.values and known.content_hash == content_hash(known.folder):
            return known
        read = read_exercise(course, request.exercise, kinds=KINDS, values=request.values)
        self._exercises[request.exercise] = read
        return read

    def _fail(self, request: Request, steps: list[str], why: str, what_to_do: str) -> None:
        finding = Finding(Outcome.ERROR, "the step could be checked", "", why)
        for step in steps:
            self._say(verdict_line(request.id, step, Verdict(Outcome.ERROR, (finding,), what_to_do=what_to_do)))

    def _is_cancelled(self, request_id: int) -> bool:
        self._take_in(0)
        return self._ended or request_id in self._cancelled

    def _take_in(self, seconds: float | None) -> None:
        """Read what has arrived, waiting for at most so long (None: until something does)."""
        while select.select([_INPUT], [], [], seconds)[0]:
            data = os.read(_INPUT, 65_536)
            if not data:
                self._ended = True
                return
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            for line in lines:
                self._understand(json.loads(line))
            seconds = 0

    def _understand(self, message: dict[str, Any]) -> None:
        if "cancel" in message:
            self._cancelled.add(message["cancel"])
        else:
            self._waiting.append(Request.from_json(message))

    def _say(self, line: bytes) -> None:
        try:
            while line:
                line = line[os.write(_OUTPUT, line) :]
        except BrokenPipeError:
            self._ended = True


if __name__ == "__main__":
    become_subreaper()
    Checker().serve()
    sys.exit(0)
