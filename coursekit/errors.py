"""Known problems and exit codes. The bottom floor: it imports nothing of coursekit.

A ``CourseError`` is a problem that coursekit understands: the person gets one plain message and the
next action, never a traceback. Any other exception is a bug.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller. These numbers are API."""

    ALL_PASSED = 0
    NOT_ALL_PASSED = 1
    USAGE = 2
    """The command line or the course content is wrong."""
    TOOL_MISSING = 3
    COULD_NOT_CHECK = 4
    INTERRUPTED = 130


class CourseError(Exception):
    """A known problem: what is wrong, and what to do about it."""

    def __init__(self, message: str, what_to_do: str = "", exit_code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.what_to_do = what_to_do
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message}\n{self.what_to_do}" if self.what_to_do else self.message
