"""What every technology says of its tools on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coursekit.shell.place import Place


@dataclass(frozen=True)
class Tool:
    """One tool of a technology, as the student's terminal would find it."""

    technology: str
    name: str
    path: str
    """Empty when there is none."""
    version: str
    needed: bool
    """Whether a lab of its technology cannot do without it, or without another tool that serves the same."""
    why_not: str = ""
    """Why it cannot be used; empty when it can."""
    install: str = ""
    """The one command that mends it."""
    install_for_me: str = ""
    """One that needs no administrator, where there is one."""
    one_of: str = ""
    """What it serves, where several tools serve the same and one of them is enough; empty: nothing replaces it."""
    note: str = ""
    """What else is to be known of it."""

    @property
    def usable(self) -> bool:
        return not self.why_not

    @property
    def serves(self) -> str:
        """What a lab needs it for. Of the tools that serve the same, one is enough."""
        return self.one_of or self.name


Finder = Callable[[Place, str], Tool]
"""Finds one tool, given a place and the student's PATH."""
