"""What this machine has for the labs of a course, in words that the command line and the app share."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from coursekit.model.course import Course
from coursekit.technologies.contract import Tool
from coursekit.technologies.machine import TITLES, find_tools
from coursekit.technologies.system import this_system

_WIDTH = 80
"""Columns that a line fills at most; a command may be longer, since it must not be broken."""


@dataclass(frozen=True)
class Row:
    """One tool, and the labs that need its technology."""

    tool: Tool
    labs: tuple[str, ...]
    """Their titles."""
    instead: Tool
    """Of the tools that serve the same, the one to use: a usable one, else one that is here, else the first."""

    @property
    def missing(self) -> bool:
        """Whether a lab has to do without something that it needs, and this is what to mend."""
        return self.tool.needed and not self.tool.usable and bool(self.labs) and self.instead == self.tool

    @property
    def replaced(self) -> bool:
        """Whether another tool is here that does the same."""
        return not self.tool.usable and self.instead.usable

    @property
    def headline(self) -> str:
        return f"{self.tool.name}: {self.words}"

    @property
    def words(self) -> str:
        """What is to be said of the tool, in one line."""
        tool = self.tool
        if tool.usable:
            return f"{tool.version}, {tool.path}"
        return f"{tool.why_not}; {self.instead.name} is enough" if self.replaced else tool.why_not


def look_at_machine(course: Course, path: str) -> list[Row]:
    """The tools in a PATH, each with the labs that need its technology."""
    return rows_for(course, find_tools(path))


def rows_for(course: Course, tools: Sequence[Tool]) -> list[Row]:
    """Each tool with the labs that need its technology, and with what may stand in for it."""
    return [
        Row(tool, tuple(lab.title for lab in course.labs if tool.technology in lab.needs.technologies), instead)
        for tool in tools
        for instead in [_best([other for other in tools if _serve_the_same(tool, other)])]
    ]


def _serve_the_same(one: Tool, other: Tool) -> bool:
    return one.technology == other.technology and one.serves == other.serves


def _best(tools: Sequence[Tool]) -> Tool:
    return max(tools, key=lambda tool: (tool.usable, bool(tool.path)))


class Tone(StrEnum):
    """How a line of the report is meant."""

    TITLE = "title"
    GOOD = "good"
    BAD = "bad"
    PLAIN = "plain"
    QUIET = "quiet"


@dataclass(frozen=True)
class Line:
    """A line of the report on a machine."""

    text: str
    tone: Tone = Tone.PLAIN


def report(rows: Sequence[Row]) -> Iterator[Line]:
    """What is to be said of a machine: its system, then each technology with its tools."""
    yield Line(this_system().words, Tone.TITLE)
    names = max(len(row.tool.name) for row in rows)
    versions = max(len(row.tool.version) for row in rows)
    for technology, group in itertools.groupby(rows, key=lambda row: row.tool.technology):
        members = list(group)
        yield Line("")
        yield from _heading(technology, members)
        said: set[str] = set()
        for row in members:
            yield from _tool_lines(row, names, versions)
            yield from _note(row.tool.note)
            for label, command in _advice(row):
                yield from _command(label, "the same command" if command in said else command)
                said.add(command)


def summary(rows: Sequence[Row]) -> Line:
    """How the labs fare on a machine, in one line."""
    missing = [row.tool.name for row in rows if row.missing]
    if missing:
        return Line(f"Labs wait for: {', '.join(missing)}. The other labs can be done.", Tone.BAD)
    return Line("All that the labs need is here.", Tone.GOOD)


def _heading(technology: str, rows: Sequence[Row]) -> Iterator[Line]:
    labs = rows[0].labs
    yield Line(TITLES.get(technology, technology), Tone.TITLE)
    words = f"needed by: {', '.join(labs)}" if labs else "no lab of this course needs it yet"
    if len({row.tool.serves for row in rows}) < len(rows):
        words += "; one of these is enough"
    yield from (
        Line(text, Tone.QUIET)
        for text in textwrap.wrap(words, _WIDTH - 2, initial_indent="  ", subsequent_indent="    ")
    )


def _tool_lines(row: Row, names: int, versions: int) -> Iterator[Line]:
    """A tool and what is to be said of it, in columns as wide as the longest name and the longest version."""
    tool = row.tool
    mark, tone = ("✓", Tone.GOOD) if tool.usable else ("✗", Tone.BAD) if row.missing else ("–", Tone.PLAIN)
    head = f"  {mark} {tool.name:<{names}}  " + (f"{tool.version:<{versions}}  " if tool.version else "")
    if not tool.usable:
        lines = textwrap.wrap(row.words, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
        yield from (Line(line, tone) for line in lines)
    elif len(head) + len(path := _homely(tool.path)) <= _WIDTH:
        yield Line(head + path, tone)
    else:
        yield Line(head.rstrip(), tone)
        yield Line(f"      {path}", tone)


def _note(text: str) -> Iterator[Line]:
    for line in textwrap.wrap(text, _WIDTH, initial_indent="      ", subsequent_indent="      "):
        yield Line(line, Tone.QUIET)


def _homely(path: str) -> str:
    home = str(Path.home())
    return f"~{path.removeprefix(home)}" if home != "/" and path.startswith(f"{home}/") else path


def _advice(row: Row) -> Iterator[tuple[str, str]]:
    """How to get or mend a tool: not where another does the same, unless this one is here and only fails."""
    tool = row.tool
    if tool.usable or (row.replaced and not tool.path):
        return
    if tool.install:
        yield "to mend it" if tool.path else "to install it", tool.install
    if tool.install_for_me and tool.install_for_me != tool.install:
        yield "without administrator rights", tool.install_for_me


def _command(label: str, command: str) -> Iterator[Line]:
    """A command is never broken: whoever copies it must get it whole."""
    if len(label) + len(command) + 8 <= _WIDTH:
        yield Line(f"      {label}: {command}")
    else:
        yield Line(f"      {label}:")
        yield Line(f"      {command}")
