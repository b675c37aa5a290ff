"""What every technology says of its tools on this machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tool:
    """One tool of a technology, as the student's terminal would find it."""

    technology: str
    name: str
    path: str
    """Empty when there is none."""
    version: str
    needed: bool
    """Whether a lab of its technology cannot do without it."""
    why_not: str = ""
    """Why it cannot be used; empty when it can."""
    install: str = ""
    """The one command that mends it."""
    install_for_me: str = ""
    """One that needs no administrator, where there is one."""

    @property
    def usable(self) -> bool:
        return not self.why_not
