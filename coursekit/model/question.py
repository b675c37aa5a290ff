"""A question asked in the app, what counts as an answer, and how it is marked.

An answer is kept as text: the choice's text; several choices, or things in their order, one a line; a number; a text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    SEVERAL = "several"
    """Exactly the right choices must be picked."""
    NUMBER = "number"
    TEXT = "text"
    ORDER = "order"
    ESSAY = "essay"
    """Handed in here, marked by the instructor."""


@dataclass(frozen=True)
class Choice:
    """One of the answers a student may pick."""

    text: str
    because: str
    """Why this answer is right or wrong: shown once it has been given."""
    right: bool = False


@dataclass(frozen=True)
class Slip:
    """A wrong number or text that the author foresaw."""

    answer: str
    """The number, or a regular expression that the whole text matches."""
    because: str


@dataclass(frozen=True)
class Marked:
    """What became of an answer."""

    right: bool | None
    """None: that is for the instructor to say."""
    because: str

    @property
    def headline(self) -> str:
        return {True: "Right.", False: "That is not it.", None: "Handed in."}[self.right]


@dataclass(frozen=True)
class Question:
    """A question of one form: that of the setting which is given."""

    ask: str
    choices: tuple[Choice, ...] = ()
    several: bool = False
    """Whether more than one choice may be right."""
    number: float | None = None
    tolerance: float = 0.0
    """How far a number may be away."""
    text: str | None = None
    """A regular expression that the whole answer must match, whatever its capitals."""
    order: tuple[str, ...] = ()
    """Things in their right order; they are shown in alphabetical order."""
    essay: tuple[str, ...] = ()
    """The rubric by which the instructor marks, a line for each point of it."""
    words: int = 20
    """So many words an essay has at least."""
    slips: tuple[Slip, ...] = ()
    because: str = ""
    """Why the right number, text or order is right."""
    otherwise: str = ""
    """What is said of a wrong number, text or order that is no slip."""

    @property
    def form(self) -> Form:
        if self.choices:
            return Form.SEVERAL if self.several else Form.CHOICE
        if self.number is not None:
            return Form.NUMBER
        if self.text is not None:
            return Form.TEXT
        return Form.ORDER if self.order else Form.ESSAY

    @property
    def items(self) -> tuple[str, ...]:
        """What is listed with numbers, as the student sees it: choices, or things to be put in order."""
        return tuple(choice.text for choice in self.choices) or tuple(sorted(self.order))

    @property
    def how(self) -> str:
        """How to answer, in a few words."""
        return {
            Form.CHOICE: "Answer with its number.",
            Form.SEVERAL: "Answer with the numbers of all that are right, such as 1 3.",
            Form.NUMBER: "Answer with a number.",
            Form.TEXT: "Answer with a word or two.",
            Form.ORDER: "Answer with the numbers in the right order, such as 2 1 3.",
            Form.ESSAY: f"Answer with {self.words} words or more. Your instructor marks it.",
        }[self.form]

    def understand(self, given: str) -> str:
        """The answer that was meant: by number or by text. Raises ValueError, saying what is wrong, for none."""
        given = given.strip()
        match self.form:
            case Form.CHOICE:
                return self._item(given)
            case Form.SEVERAL | Form.ORDER:
                parts = given.splitlines() if "\n" in given or given in self.items else re.split(r"[\s,;]+", given)
                picked = [self._item(part) for part in parts]
                if len(set(picked)) != len(picked):
                    raise ValueError("the same one stands there twice")
                if self.form is Form.ORDER and len(picked) != len(self.order):
                    raise ValueError(f"all {len(self.order)} are wanted, each once")
                return "\n".join(picked)
            case Form.NUMBER:
                _number(given)
                return given
            case Form.ESSAY if len(given.split()) < self.words:
                raise ValueError(f"at least {self.words} words are wanted; these are {len(given.split())}")
        if not given:
            raise ValueError("there is nothing in it")
        return given

    def _item(self, part: str) -> str:
        numbered = {str(number): item for number, item in enumerate(self.items, start=1)}
        item = part.strip() if part.strip() in self.items else numbered.get(part.strip())
        if item is None:
            raise ValueError(f"`{part.strip()[:40]}` is none of them")
        return item

    def mark(self, answer: str) -> Marked:
        """Whether an answer is right, and why. An answer that the question no longer knows is wrong."""
        try:
            answer = self.understand(answer)
        except ValueError:
            return Marked(False, self.otherwise)
        match self.form:
            case Form.CHOICE:
                choice = next(choice for choice in self.choices if choice.text == answer)
                return Marked(choice.right, choice.because)
            case Form.SEVERAL:
                return self._mark_several(set(answer.splitlines()))
            case Form.NUMBER:
                assert self.number is not None
                return self._marked(self._near(answer, self.number), answer)
            case Form.TEXT:
                assert self.text is not None
                return self._marked(_fits(self.text, answer), answer)
            case Form.ORDER:
                return self._mark_order(tuple(answer.splitlines()))
        return Marked(None, "Your instructor marks it: " + "; ".join(self.essay))

    def _mark_several(self, picked: set[str]) -> Marked:
        numbered = list(enumerate(self.choices, start=1))
        wrong = [(number, choice) for number, choice in numbered if choice.right != (choice.text in picked)]
        if not wrong:
            return Marked(True, "\n".join(f"{number}. {choice.because}" for number, choice in numbered if choice.right))
        missed = [choice for _, choice in wrong if choice.right]
        lines = [f"{number}. {choice.because}" for number, choice in wrong if not choice.right]
        if missed:
            lines.append(
                "One that is right is missing." if len(missed) == 1 else f"{len(missed)} right ones are missing."
            )
        return Marked(False, "\n".join(lines))

    def _mark_order(self, given: tuple[str, ...]) -> Marked:
        if given == self.order:
            return Marked(True, self.because)
        place, item = next((place, item) for place, item in enumerate(given) if item != self.order[place])
        return Marked(False, f"“{item}” does not come {_ordinal(place + 1)}. {self.otherwise}".strip())

    def _marked(self, right: bool, answer: str) -> Marked:
        if right:
            return Marked(True, self.because)
        for slip in self.slips:
            fits = self._near(answer, float(slip.answer)) if self.number is not None else _fits(slip.answer, answer)
            if fits:
                return Marked(False, slip.because)
        return Marked(False, self.otherwise)

    def _near(self, answer: str, number: float) -> bool:
        return math.isclose(_number(answer), number, rel_tol=1e-9, abs_tol=self.tolerance)


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", ".").replace("_", ""))
    except ValueError:
        raise ValueError(f"`{text[:40]}` is no number") from None
    if not math.isfinite(number):
        raise ValueError(f"`{text}` is no number")
    return number


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, " ".join(text.split()), re.IGNORECASE) is not None


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
