"""Which side of an exercise has the keys: the shell, the guide with its question, or a panel that hides it."""

from __future__ import annotations

from textual import events
from textual.screen import Screen
from textual.widgets import Input, TextArea

from coursekit.app.widgets.panel import Panel
from coursekit.app.widgets.shell_side import ShellSide
from coursekit.app.widgets.sides import Side, mark_sides
from coursekit.app.widgets.step_guide import StepGuide
from coursekit.app.widgets.student_terminal import StudentTerminal
from coursekit.app.work import Work


class Attention:
    """Turns the student to one side or the other, and says on the edges which it is."""

    def __init__(
        self,
        screen: Screen[None],
        work: Work,
        reading: Side,
        guide: StepGuide,
        panel: Panel,
        shell_side: ShellSide,
        terminal: StudentTerminal,
    ) -> None:
        self._screen, self._work = screen, work
        self._reading, self._guide, self._panel = reading, guide, panel
        self._shell_side, self._terminal = shell_side, terminal

    @property
    def on_shell(self) -> bool:
        """Whether the shell has the keys."""
        return self._screen.focused is self._terminal

    @property
    def on_guide(self) -> bool:
        """Whether the guide itself has them, and no question in it."""
        return self._screen.focused is self._guide

    @property
    def asked(self) -> bool:
        """Whether the guide that is read asks something that has not been answered rightly."""
        return self._guide.question is not None and not self._work.at.achieved

    def mark(self, *, stacked: bool) -> None:
        """Say on the edges of the sides which is active; ``stacked``: one stands above the other."""
        if self._shell_side.filled != self._screen.has_class("-filled"):
            self._screen.set_class(self._shell_side.filled, "-filled")
            self._screen.refresh_bindings()  # what the keys do now
        mark_sides(
            self._reading,
            self._shell_side,
            shell_active=self.on_shell,
            stacked=stacked,
            key="^Space g" if self._shell_side.full else "F5",
            goes_on=self._guide.scroll_y < self._guide.max_scroll_y,
        )

    def to_shell(self) -> None:
        """Give the shell the keys, and show it."""
        self._screen.remove_class("-only-guide")
        self._screen.set_focus(self._terminal)

    def to_guide(self) -> None:
        """Give them to the guide, or to where an answer to its question goes, and show it."""
        self._screen.remove_class("-only-shell")
        self._screen.set_focus(self._guide.place)

    def to_what_is_open(self) -> None:
        """To a question that has not been answered rightly, else to the shell."""
        if self.asked:
            self._screen.set_focus(self._guide.place, scroll_visible=False)
        else:
            self._screen.set_focus(self._terminal)

    def to_other_side(self) -> None:
        """To the guide, its question, or what hides it, and back to the shell."""
        if not self.on_shell:
            self.to_shell()
        elif self._panel.shown and self._screen.has_class("-narrow"):
            self._screen.remove_class("-only-shell")
            self._screen.set_focus(self._panel)
        else:
            self.to_guide()

    def zoom(self) -> None:
        """Give the whole window to the side that has the keys, and back."""
        if self._screen.has_class("-only-shell") or self._screen.has_class("-only-guide"):
            self._screen.remove_class("-only-shell", "-only-guide")
        else:
            self._screen.add_class("-only-shell" if self.on_shell else "-only-guide")

    def expect_key(self, event: events.Key) -> None:
        """Before a key goes anywhere: what is typed beside the shell, and is no answer, is meant for the shell.

        The shell gets the focus now, and not when the guide has looked at the key: by then the next one is on its way.
        """
        if not event.is_printable or isinstance(self._screen.focused, Input | TextArea):
            return
        if self._guide.place is self._guide or not (event.character or "").isdecimal():
            self.to_shell()
