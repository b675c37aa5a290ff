"""A panel below the guide: a verdict, a hint, a notice. It says one thing at a time and goes when it is dismissed.

While it is in sight its screen has the class ``-panel``.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from coursekit.app.widgets.prose import prose
from coursekit.errors import CourseError
from coursekit.model.verdict import Outcome, Verdict
from coursekit.practice.wording import HEADLINES, verdict_lines
from coursekit.shell.text import visible

_STYLES = {
    Outcome.PASSED: "bold $text-success",
    Outcome.FAILED: "bold $text-warning",
    Outcome.ERROR: "bold $text-error",
    Outcome.SKIPPED: "bold",
}
_HEADS = {"holds": "✓ ", "does not hold": "✗ ", "could not check": "? ", "still to come": "· still to come: "}
_LOOKS = {"try": "bold", "do": "bold", "why": "bold", "still to come": "dim"}


_MOST_LINES = 4
"""Of what was found: the advice below it must be in sight. The command line shows all."""


def _few_lines(text: str) -> str:
    """The first line and the last ones: an error message ends with what matters."""
    lines = text.splitlines()
    if len(lines) <= _MOST_LINES:
        return text
    return "\n".join([lines[0], "…", *lines[-_MOST_LINES + 2 :]])


class Panel(VerticalScroll):
    """What the app has to say about the student's last wish. Esc closes it."""

    BORDER_SUBTITLE = "Esc closes this"

    DEFAULT_CSS = """
    Panel { height: auto; max-height: 60%; padding: 0 1; display: none;
        border-bottom: solid $accent; background: $panel; }
    Panel.shown { display: block; }
    Panel Static { width: 1fr; height: auto; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = Static()
        self._verdict_on = ""

    def compose(self) -> ComposeResult:
        yield self._text

    def say(self, title: str, text: Content | str = "", style: str = "bold") -> None:
        """Show a title and a text. Nothing in either is taken for markup."""
        body = text if isinstance(text, Content) else prose(text)
        parts = [Content.styled(visible(title), style), body] if body.plain else [Content.styled(visible(title), style)]
        self._verdict_on = ""
        said = Content("\n").join(parts)
        if self.shown and said == self._text.content:
            return  # it stays where it has been scrolled to
        self._text.update(said)
        self.add_class("shown")
        self.screen.add_class("-panel")
        self.scroll_home(animate=False)

    def say_error(self, error: CourseError) -> None:
        """Show a known problem and what to do about it."""
        self.say(error.message, error.what_to_do, "bold $text-warning")

    def say_verdict(self, step_id: str, title: str, verdict: Verdict, advice: str = "") -> None:
        """Show what a verdict on a step says. ``advice`` is what can always be tried after a failure."""
        lines = []
        for line in verdict_lines(verdict, advice):
            head, style = _HEADS.get(line.label, f"  {line.label}: "), _LOOKS.get(line.label, "")
            text = _few_lines(line.text) if line.label in ("expected", "found") else line.text
            lines.append(Content.styled(head, style) + prose(text, style))
        self.say(f"{title}: {HEADLINES[verdict.outcome]}", Content("\n").join(lines), _STYLES[verdict.outcome])
        self._verdict_on = step_id

    @property
    def shown(self) -> bool:
        """Whether it is in sight."""
        return self.has_class("shown")

    @property
    def verdict_on(self) -> str:
        """The id of the step whose verdict is in sight; empty while it says anything else."""
        return self._verdict_on if self.shown else ""

    def dismiss(self) -> None:
        """Hide the panel."""
        self.remove_class("shown")
        self.screen.remove_class("-panel")
