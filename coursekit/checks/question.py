"""Kind ``question``: the right choice was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, found
from coursekit.model.question import Question
from coursekit.model.verdict import Finding


@dataclass(frozen=True)
class QuestionCheck(Question, Kind):
    """A question with its choices, exactly one of them right."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    def __post_init__(self) -> None:
        right = sum(choice.right for choice in self.choices)
        if len(self.choices) < 2 or right != 1:
            raise ValueError(f"a question needs at least two choices, exactly one of them right, not {right}")
        if len({choice.text for choice in self.choices}) != len(self.choices):
            raise ValueError("two choices have the same text")

    def judge(self, context: CheckContext) -> Finding:
        given = context.answers.get(context.step)
        if given is None:
            return found(False, self.ask, "an answer", "not answered yet")
        chosen = next((choice for choice in self.choices if choice.text == given), None)
        return found(chosen is not None and chosen.right, self.ask, "another answer", f"your answer: {given}")

    def denial(self) -> str:
        return f"another answer to: {self.ask}"
