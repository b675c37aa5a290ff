"""guide.md: an introduction and one section per step; and the commands in it that can be inserted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.course.problems import Problem, did_you_mean

_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})\s*([\w+-]*)")


@dataclass(frozen=True)
class Guide:
    """The prose of an exercise, by step."""

    introduction: str
    sections: dict[str, str]


def _lines(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Each line with its number (from 1) and the language of the fenced block that it stands in (None outside)."""
    fence = ""
    language: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        match = _FENCE.match(line)
        if match and not fence:
            fence, language = match[1], match[2]
            yield number, line, ""
        elif match and match[1].startswith(fence) and not match[2]:
            fence, language = "", None
            yield number, line, ""
        else:
            yield number, line, language if fence else None


def read_guide(text: str, name: str, steps: Sequence[str]) -> tuple[Guide, list[Problem]]:
    """Cut a guide into its sections. Every step must have one, in the order of the steps."""
    problems: list[Problem] = []
    parts: dict[str, list[str]] = {"": []}
    current = ""
    order: list[str] = []
    for number, line, language in _lines(text):
        if language is None and line.startswith("# "):
            continue
        if language is None and line.startswith("## "):
            current = line[3:].strip()
            if current in parts:
                problems.append(Problem(name, number, 1, f"a second section `## {current}`"))
            elif current not in steps:
                guess = did_you_mean(current, steps)
                problems.append(Problem(name, number, 1, f"`## {current}` is not the id of a step.{guess}"))
            elif order and steps.index(current) < steps.index(order[-1]):
                problems.append(
                    Problem(
                        name,
                        number,
                        1,
                        f"`## {current}` should stand before `## {order[-1]}`, as the steps do",
                    )
                )
            if current in steps:
                order.append(current)
            parts.setdefault(current, [])
            continue
        parts[current].append(line)
    texts = {key: "\n".join(lines).strip() for key, lines in parts.items()}
    for step in steps:
        if not texts.get(step):
            state = "is empty" if step in texts else "is missing"
            problems.append(Problem(name, 1, 1, f"the section `## {step}` {state}"))
    return Guide(texts.pop(""), texts), problems


def parts(markdown: str) -> Iterator[tuple[str, ...] | str]:
    """The markdown in pieces: prose as text, and the commands of each block marked ``sh`` as a tuple of lines."""
    prose: list[str] = []
    block: list[str] = []
    lines = list(_lines(markdown))
    for index, (_, line, language) in enumerate(lines):
        if language == "sh":
            block += [line.strip()] if line.strip() else []
            continue
        opens = language == "" and index + 1 < len(lines) and lines[index + 1][2] == "sh"
        closes = language == "" and bool(block)
        if opens and any(text.strip() for text in prose):
            yield "\n".join(prose)
        if opens:
            prose = []
        elif closes:
            yield tuple(block)
            block = []
        else:
            prose.append(line)
    if any(text.strip() for text in prose):
        yield "\n".join(prose)


def commands(markdown: str) -> tuple[str, ...]:
    """The commands that a student can insert at the prompt, in their order."""
    return tuple(command for part in parts(markdown) if isinstance(part, tuple) for command in part)
