"""Kind ``file``: something is at a path, of the right kind, with the right content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, TextFits, found, gist, not_there, require_pattern, words
from coursekit.model.verdict import Finding
from coursekit.shell.text import visible

_LARGEST = 1_000_000
"""Bytes of a file that are read."""
_WORDS = {"file": "a file", "folder": "a folder", "link": "a link", "other": "neither file nor folder"}


@dataclass(frozen=True)
class FileCheck(Kind):
    """A file, folder or link in the workspace."""

    shorthand: ClassVar[str] = "path"
    patterns: ClassVar[tuple[str, ...]] = ("matches",)

    path: str
    kind: Literal["file", "folder", "link"] = "file"
    contains: str | tuple[str, ...] = ()
    lacks: str | tuple[str, ...] = ()
    matches: str | None = None
    """A regular expression, ``^`` and ``$`` at every line."""

    def __post_init__(self) -> None:
        require_pattern("matches", self.matches)

    def judge(self, context: CheckContext) -> Finding:
        claim = f"`{self.path}` is {_WORDS[self.kind]}"
        facts = context.place.stat(self.path, follow=self.kind != "link")
        if facts is None:
            link = context.place.stat(self.path)
            gone = f"`{self.path}` is a link to {link.target}, which is not there" if link else "nothing is there"
            return not_there(claim, _WORDS[self.kind], gone)
        if facts.kind != self.kind:
            return found(False, claim, _WORDS[self.kind], f"`{self.path}` is {_WORDS[facts.kind]}")
        fits = TextFits(words(self.contains), words(self.lacks), self.matches)
        if self.kind != "file" or fits == TextFits():
            return found(True, claim, _WORDS[self.kind], _WORDS[facts.kind])
        return self._judge_content(context, fits)

    def _judge_content(self, context: CheckContext, fits: TextFits) -> Finding:
        claim = f"`{self.path}` holds what it should"
        try:
            text = context.place.read(self.path, _LARGEST).decode("utf-8", "replace")
        except OSError as error:
            return found(False, claim, "a file that can be read", f"it cannot be read: {error.strerror or error}")
        expected, observed = fits.complaints(visible(text))
        return found(not expected, claim, "; ".join(expected), gist("\n".join(observed) if expected else visible(text)))

    def denial(self) -> str:
        if self.contains and not (self.lacks or self.matches):
            return f"`{self.path}` does not hold {' and '.join(f'`{text}`' for text in words(self.contains))}"
        if self.lacks or self.matches:
            return f"`{self.path}` holds something else"
        return f"there is no {self.kind} `{self.path}`"
