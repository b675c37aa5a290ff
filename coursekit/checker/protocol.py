"""What the app and a checker process say to each other: JSON, a line each.

The app sends a request ``{"id", "course", "exercise", "values", "workspace", "steps", "passed", "shell", "answers",
"ledger"}`` or ``{"cancel": id}``. The checker answers ``{"id", "step", "verdict"}`` for each step, then
``{"id", "done": true}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Verdict


@dataclass(frozen=True)
class Request:
    """Judge these steps."""

    id: int
    course: str
    """The course's folder."""
    exercise: str
    values: Mapping[str, str]
    workspace: str
    steps: tuple[str, ...]
    passed: tuple[str, ...]
    """The steps that have been achieved."""
    shell: ShellState | None
    answers: Mapping[str, str]
    ledger: str
    """The file in which a check enters what it makes on the machine."""

    def to_line(self) -> bytes:
        data = vars(self) | {"shell": self.shell.to_json() if self.shell else None}
        return json.dumps(data).encode() + b"\n"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Request:
        shell = ShellState.from_json(data["shell"]) if data["shell"] else None
        lists = {"steps": tuple(data["steps"]), "passed": tuple(data["passed"])}
        return cls(**{**data, **lists, "shell": shell})


def cancel_line(request_id: int) -> bytes:
    """The line that cancels a request."""
    return json.dumps({"cancel": request_id}).encode() + b"\n"


def verdict_line(request_id: int, step: str, verdict: Verdict) -> bytes:
    """The line that carries the verdict on a step."""
    return json.dumps({"id": request_id, "step": step, "verdict": verdict.to_json()}).encode() + b"\n"


def done_line(request_id: int) -> bytes:
    """The line that ends the answer to a request."""
    return json.dumps({"id": request_id, "done": True}).encode() + b"\n"
