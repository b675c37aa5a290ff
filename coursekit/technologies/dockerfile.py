"""A Dockerfile's instructions, and which step of an image's history each of them made.

The format: https://docs.docker.com/reference/dockerfile/. The two builders write a history of two forms:
``/bin/sh -c #(nop)  CMD ["x"]`` and ``CMD ["x"]``; a RUN is ``/bin/sh -c x`` and ``RUN /bin/sh -c x # buildkit``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SILENT = ("FROM", "ARG", "ONBUILD")
"""Words that need not leave a step."""


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continuation lines joined."""

    line: int
    """Where it begins, from 1."""
    word: str
    """In capitals."""
    rest: str

    def __str__(self) -> str:
        return f"{self.word} {self.rest}"

    def made(self, step: str) -> bool:
        """Whether a step of a history, as the engine words it, came of this instruction."""
        if self.word == "RUN":
            return _plain(self.rest) in _plain(step)
        said = re.sub(r"^/bin/sh -c #\(nop\)\s*", "", step)
        return said.upper().startswith(f"{self.word} ")


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, in their order, without those that leave no step but FROM."""
    found = []
    pending, begins = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or (not line.strip() and not pending):
            continue
        begins = begins or number
        pending += line.strip()
        if pending.endswith("\\"):
            pending = pending[:-1].rstrip() + " "
            continue
        word, _, rest = pending.partition(" ")
        if word.upper() == "FROM" or word.upper() not in _SILENT:
            found.append(Instruction(begins, word.upper(), rest.strip()))
        pending, begins = "", 0
    return found


def _plain(command: str) -> str:
    """A command line without what the builders write differently: quotes, brackets, blanks."""
    return re.sub(r"[\s\"'\[\],]+", " ", command).strip()
