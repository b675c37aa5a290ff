"""The course map: labs, pages, exercises, points, and what this machine lacks."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from coursekit.app.widgets.prose import prose
from coursekit.app.widgets.still_running import StillRunning
from coursekit.errors import CourseError
from coursekit.model.course import ExerciseOutline, Lab, Page
from coursekit.practice.practice import Practice
from coursekit.practice.standing import Standing, State
from coursekit.practice.wording import counted

if TYPE_CHECKING:
    from coursekit.practice.machine import Row

_SYMBOLS = {State.NEW: "○", State.STARTED: "◐", State.FINISHED: "●"}
_WORDS = {State.NEW: "", State.STARTED: "started", State.FINISHED: "finished"}


class Items(OptionList):
    """The labs with their pages and exercises."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Open", key_display="Enter")]

    def on_resize(self) -> None:
        self.scroll_to_highlight()  # what is said below may need more room than before


class CourseMap(Screen[None]):
    """The first screen. Enter opens what the cursor is on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "app.help", "Help", key_display="F1"),
        Binding("d", "app.machine", "This machine"),
        Binding("q,f10", "app.quit", "Quit", key_display="q"),
    ]

    def __init__(self, practice: Practice) -> None:
        super().__init__()
        self._practice = practice
        self._opened: str | None = None
        """What has been opened, from here or from elsewhere, since the map was last seen."""
        self._left = ""
        """The exercise that was opened last."""
        self._lacking: list[Row] | None = None
        """What this machine lacks; None until it has been looked at."""

    def compose(self) -> ComposeResult:
        yield Static(Content(self._practice.course.title), id="title")
        yield Items(id="map")
        yield StillRunning(id="running")
        yield Static(id="about")
        yield Static(id="machine")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.show()
        self.query_one(OptionList).focus()
        # Once the map is seen, in a thread that nobody waits for: neither it nor quitting must wait for a slow tool.
        self.call_after_refresh(threading.Thread(target=self._look_at_machine, daemon=True).start)

    def on_screen_resume(self) -> None:
        self.show()
        self.call_after_refresh(self._say_what_runs)

    def show(self) -> None:
        """Show where the student stands, the cursor on what was opened last, else on what comes next."""
        options = self.query_one(OptionList)
        standings, pages_read = self._practice.standings(), self._practice.pages_read()
        here = options.highlighted_option.id if options.highlighted_option else self._practice.last_exercise()
        cursor, self._opened = self._opened or here, None
        options.clear_options()
        for lab in self._practice.course.labs:
            options.add_option(Option(_lab_line(lab, standings), disabled=True))
            for item in lab.items:
                if isinstance(item, Page):
                    options.add_option(Option(_page_line(item, item.id in pages_read), id=item.id))
                else:
                    options.add_option(Option(_line(standings[item.id]), id=item.id))
        if cursor and options.get_option_index(cursor) is not None:
            options.highlighted = options.get_option_index(cursor)
        else:
            options.action_first()

    def go_to(self, item_id: str) -> None:
        """Something is being opened: the cursor is there when the map is seen again."""
        self._opened = item_id
        if item_id in [exercise.id for exercise in self._practice.course.exercises]:
            self._left = item_id

    def _say_what_runs(self) -> None:
        """What of the student's runs on: guests of any exercise, and containers of the one that was left."""
        standings, containers = self._practice.standings(), list[str]()
        if self._left and standings[self._left].started:
            with contextlib.suppress(CourseError):  # it could not be opened
                makes = self._practice.exercise(self._left).makes
                containers = [made.name for made in makes if made.kind == "container"]
        started = [self._practice.workspace(exercise) for exercise, at in standings.items() if at.started]
        self.query_one(StillRunning).look(started, containers)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option.id:
            self.app.open_item(event.option.id)  # type: ignore[attr-defined]

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        items = {item.id: item for lab in self._practice.course.labs for item in lab.items}
        item = items.get(event.option.id or "")
        lab = self._lab_of(event.option.id)
        about = "To read."
        if isinstance(item, ExerciseOutline):
            about = f"{item.summary} About {counted(item.minutes, 'minute')}."
        if lab is not None and lab.needs.fallback:
            about += f"\nOn a machine that lacks something: {lab.needs.fallback}"
        self.query_one("#about", Static).update(prose(about))
        self._say_what_lacks(lab)

    def _lab_of(self, item_id: str | None) -> Lab | None:
        return next((lab for lab in self._practice.course.labs if item_id in [item.id for item in lab.items]), None)

    def _look_at_machine(self) -> None:
        from coursekit.practice.machine import look_at_machine

        rows = look_at_machine(self._practice.course, os.environ.get("PATH", ""))
        if self.is_attached:
            self.app.call_later(self._has_looked, [row for row in rows if row.missing])

    def _has_looked(self, lacking: list[Row]) -> None:
        self._lacking = lacking
        option = self.query_one(OptionList).highlighted_option
        self._say_what_lacks(self._lab_of(option.id if option else None))

    def _say_what_lacks(self, lab: Lab | None) -> None:
        """What this machine lacks for a lab, and how to mend it."""
        if lab is None or self._lacking is None:
            return
        lines = [
            f"This machine lacks: {row.headline}. To mend it: {row.tool.install}"
            for row in self._lacking
            if lab.title in row.labs
        ]
        text = "\n".join(lines) or "This machine has all that this lab needs."
        self.query_one("#machine", Static).update(Content(text))


def _lab_line(lab: Lab, standings: dict[str, Standing]) -> Content:
    got = sum(standings[exercise.id].points for exercise in lab.exercises)
    of = sum(exercise.points for exercise in lab.exercises)
    title = Content.styled(f"{lab.heading}  ·  {got}/{of} points  ·  about {lab.minutes} minutes", "bold")
    needs = f"\n  {lab.needs.in_words}" if lab.needs.in_words else ""
    return title + Content.styled(needs, "$text-muted")


def _page_line(page: Page, read: bool) -> Content:
    return Content.styled(f"    ☰ {page.title}{' (read)' if read else ''}", "$text-success" if read else "")


def _line(standing: Standing) -> Content:
    state, exercise = standing.state, standing.exercise
    words = ", ".join(word for word in (_WORDS[state], standing.in_words) if word)
    style = "$text-success" if state is State.FINISHED else ""
    return Content.styled(f"    {_SYMBOLS[state]} {exercise.title} ({words})", style)
