"""What this machine has for the labs of a course, in words that the command line and the app share."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.model.course import Course
from coursekit.technologies.contract import Tool
from coursekit.technologies.machine import find_tools


@dataclass(frozen=True)
class Row:
    """One tool, and the labs that need its technology."""

    tool: Tool
    labs: tuple[str, ...]
    """Their titles."""

    @property
    def missing(self) -> bool:
        """Whether a lab has to do without something that it needs."""
        return self.tool.needed and not self.tool.usable and bool(self.labs)

    @property
    def headline(self) -> str:
        tool = self.tool
        return f"{tool.name}: {tool.version}, {tool.path}" if tool.usable else f"{tool.name}: {tool.why_not}"

    @property
    def advice(self) -> tuple[str, ...]:
        """Which labs need it, and how to get it."""
        lines = [f"needed by: {', '.join(self.labs)}"] if self.labs and self.tool.needed else []
        if not self.tool.usable:
            lines.append(f"to install it: {self.tool.install}")
            if self.tool.install_for_me and self.tool.install_for_me != self.tool.install:
                lines.append(f"without administrator rights: {self.tool.install_for_me}")
        return tuple(lines)


def look_at_machine(course: Course, path: str) -> list[Row]:
    """The tools in a PATH, each with the labs that need its technology."""
    return [
        Row(tool, tuple(lab.title for lab in course.labs if tool.technology in lab.needs.technologies))
        for tool in find_tools(path)
    ]
