"""Kind ``question``: the right answer was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, found, require_pattern
from coursekit.model.question import Form, Question
from coursekit.model.verdict import Finding


@dataclass(frozen=True)
class QuestionCheck(Question, Kind):
    """A question with choices, or for a number, a text, an order, or an essay."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    def __post_init__(self) -> None:
        forms = [bool(self.choices), self.number is not None, self.text is not None, bool(self.order), bool(self.essay)]
        if sum(forms) != 1:
            raise ValueError("a question has exactly one of `choices`, `number`, `text`, `order` and `essay`")
        if self.choices:
            self._require_sound_choices()
        if self.form in (Form.NUMBER, Form.TEXT, Form.ORDER) and not (self.because and self.otherwise):
            raise ValueError("this question needs `because` for the right answer and `otherwise` for a wrong one")
        require_pattern("text", self.text)
        for slip in self.slips:
            if self.form is Form.NUMBER:
                float(slip.answer)
            require_pattern("answer", slip.answer)
        if self.order and (len(set(self.order)) < len(self.order) or len(self.order) < 3):
            raise ValueError("`order` needs three different things or more")
        if self.order and tuple(sorted(self.order)) == self.order:
            raise ValueError("`order` is the alphabetical one, in which the things are shown")

    def _require_sound_choices(self) -> None:
        right = sum(choice.right for choice in self.choices)
        if len(self.choices) < 2 or (right != 1 and not self.several):
            raise ValueError(f"a question needs at least two choices, exactly one of them right, not {right}")
        if self.several and right in (0, len(self.choices)):
            raise ValueError("with `several`, some of the choices are right and some are wrong")
        if len({choice.text for choice in self.choices}) != len(self.choices):
            raise ValueError("two choices have the same text")

    def judge(self, context: CheckContext) -> Finding:
        given = context.answers.get(context.step)
        if given is None:
            return found(False, self.ask, "an answer", "not answered yet")
        return found(self.mark(given).right is not False, self.ask, "another answer", f"your answer: {given}")

    def denial(self) -> str:
        return f"another answer to: {self.ask}"
