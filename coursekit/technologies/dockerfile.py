"""A Dockerfile's instructions, what in it no builder can read, and which step of an image's history each of them made.

The format: https://docs.docker.com/reference/dockerfile/. The two builders write a history of two forms:
``/bin/sh -c #(nop)  CMD ["x"]`` and ``CMD ["x"]``; a RUN is ``/bin/sh -c x`` and ``RUN /bin/sh -c x # buildkit``.
"""

from __future__ import annotations

import difflib
import fnmatch
import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SILENT = ("FROM", "ARG", "ONBUILD")
"""Words that need not leave a step."""
_WORDS = (
    *("FROM", "RUN", "CMD", "COPY", "ADD", "WORKDIR", "ENV", "ENTRYPOINT", "USER", "EXPOSE", "VOLUME", "LABEL"),
    *("ARG", "SHELL", "HEALTHCHECK", "STOPSIGNAL", "ONBUILD", "MAINTAINER"),
)
"""Every word that an instruction may begin with."""
_SETTING = re.compile(
    r"(CMD|ENTRYPOINT|ENV|ARG|USER|EXPOSE|VOLUME|LABEL|SHELL|HEALTHCHECK|STOPSIGNAL|MAINTAINER|ONBUILD) "
)
"""A step of a history that made no layer: it only changed how the image is used."""
_BY_A_SHELL = re.compile(r"^(RUN )?(\|\d+ .*?)?/\S+( [-+]\w+| pipefail)*? -\w*c ")
"""What a builder puts before a command line: the values of ARGs, and the shell that it hands the line to."""
_HEREDOC = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
_FLAGS = re.compile(r"^(--[a-z-]+(=\S+)?\s+)+")


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

    @property
    def arguments(self) -> str:
        """What follows the word, without options such as ``--mount=…``."""
        return _FLAGS.sub("", self.rest)

    @property
    def words(self) -> list[str]:
        """Its arguments one by one, be they a list or a line for a shell."""
        if _is_list(self.arguments):
            return list(json.loads(self.arguments))
        try:
            return shlex.split(self.arguments)
        except ValueError:
            return self.arguments.split()

    def brings(self, name: str) -> bool:
        """Whether it copies a file of the folder that the builder may read, given by its path there."""
        if self.word not in ("COPY", "ADD") or "--from=" in self.rest:
            return False
        sources = (posixpath.normpath(source).lstrip("/") or "." for source in self.words[:-1])
        return any(source == "." or fnmatch.fnmatch(name, source) for source in sources)

    def made(self, step: str) -> bool:
        """Whether a step of a history, as the engine words it, came of this instruction."""
        if self.word == "RUN":
            ran, wanted = _plain(step.removesuffix("# buildkit")), _plain(self.arguments)
            return "<<" in self.rest or wanted in (ran, ran.removeprefix("RUN "), _BY_A_SHELL.sub("", ran))
        word, _, said = _said(step).partition(" ")
        if word.upper() != self.word:
            return False
        if self.word not in ("CMD", "ENTRYPOINT"):
            return True
        ours, theirs = _plain(self.rest), _plain(said)
        return theirs == ours if _is_list(self.rest) else theirs.endswith(f"-c {ours}")


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, in their order, without those that leave no step but FROM."""
    return [found for found in _parsed(text) if found.word == "FROM" or found.word not in _SILENT]


def last_stage(text: str) -> tuple[str, list[Instruction]]:
    """The image that the last FROM names, empty when there is none, and the instructions below it."""
    base, below = "", list[Instruction]()
    for found in instructions(text):
        if found.word == "FROM":
            base, below = found.arguments.partition(" ")[0], []
        else:
            below.append(found)
    return base, below


def fault(text: str) -> str:
    """The first line that no builder can make sense of, in plain words; empty when there is none."""
    begun = False
    for found in _parsed(text):
        begun = begun or found.word in ("FROM", "ARG")
        if why := _fault(found, begun):
            return f"line {found.line}: {why}"
    return "" if begun else "there is no instruction in it"


def layer_of(step: int, history: Sequence[str], layers: int) -> int:
    """At least how many of an image's layers a step of its history needs, itself included.

    ``history`` holds the steps, the newest first; ``layers`` is how many layers the image has. A newer step that could
    have made a layer is counted as if it had.
    """
    return layers - sum(not _SETTING.match(_said(newer)) for newer in history[:step])


def _parsed(text: str) -> Iterator[Instruction]:
    """Every instruction. What stands in a here-document belongs to the one that opens it."""
    pending, begins, ends = "", 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if ends:
            ends = "" if line.strip() == ends else ends
            continue
        if line.lstrip().startswith("#") or not line.strip():
            continue
        begins = begins or number
        pending += line.strip()
        if pending.endswith("\\"):
            pending = pending[:-1].rstrip() + " "
            continue
        yield (found := _instruction(begins, pending))
        if found.word in ("RUN", "COPY", "ADD") and (opened := _HEREDOC.search(found.rest)):
            ends = opened[2]
        pending, begins = "", 0
    if pending.strip():
        yield _instruction(begins, pending)


def _instruction(line: int, text: str) -> Instruction:
    word, *rest = text.split(None, 1)
    return Instruction(line, word.upper(), rest[0].strip() if rest else "")


def _fault(found: Instruction, begun: bool) -> str:
    if found.word not in _WORDS:
        meant = difflib.get_close_matches(found.word, _WORDS, 1)
        guess = f" Was `{meant[0]}` meant?" if meant else ""
        return f"`{found.word}` is no word that a builder knows.{guess}"
    if not begun:
        return f"{found.word} stands before FROM, and there is nothing yet to do it in."
    if not found.rest:
        return f"after {found.word} there is nothing."
    if found.word in ("COPY", "ADD") and not found.rest.endswith("]") and len(found.arguments.split()) < 2:
        return f"{found.word} needs two things at least: what to copy, and where to."
    if found.word in ("CMD", "ENTRYPOINT", "SHELL") and found.rest.startswith("[") and not _is_list(found.rest):
        return f"in the list after {found.word}, each word needs double quotes, and a comma stands between two."
    return ""


def _is_list(text: str) -> bool:
    """Whether a builder takes this for a list of words; else it hands the text to a shell."""
    try:
        read = json.loads(text)
    except ValueError:
        return False
    return isinstance(read, list) and all(isinstance(word, str) for word in read)


def _said(step: str) -> str:
    """A step of either builder's history without what the older one puts before an instruction."""
    return re.sub(r"^/bin/sh -c #\(nop\)\s*", "", step)


def _plain(command: str) -> str:
    """A command line without what the builders write differently: quotes, brackets, blanks."""
    return re.sub(r"[\s\"'\\\[\],]+", " ", command).strip()
