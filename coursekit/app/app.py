"""The app: its screens and how one leads to the next.

All but the first screen are imported when they are opened: the first one must not wait for Markdown and the terminal.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from coursekit.app.control import Checkers
from coursekit.app.screens.course_map import CourseMap
from coursekit.errors import CourseError
from coursekit.model.course import ExerciseOutline, Page
from coursekit.practice.practice import Practice

if TYPE_CHECKING:
    from coursekit.model.exercise import Exercise


class CoursekitApp(App[None], inherit_bindings=False):
    """The course map, and what is opened from it. No key of the app's is a priority key: the shell needs them all."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "coursekit.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "suspend_process", show=False)]

    def __init__(self, practice: Practice, checkers: Checkers, runtime: Path) -> None:
        """``runtime`` is a folder for what must not outlive the app."""
        super().__init__()
        self.title = practice.course.title
        self.practice = practice
        self.checkers = checkers
        self.runtime = runtime

    async def on_event(self, event: events.Event) -> None:
        """Let the screen see a key before what has the focus gets it: keys that come together must not part company."""
        expect = getattr(self.screen, "expect_key", None) if isinstance(event, events.Key) else None
        if expect is not None and not event.is_forwarded:
            expect(event)
        await super().on_event(event)

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))

    def get_default_screen(self) -> CourseMap:
        self._map = CourseMap(self.practice)
        return self._map

    def open_item(self, item_id: str) -> None:
        """Open a page or an exercise from the map, in the place of one that is open."""
        self._map.go_to(item_id)
        item = next(item for lab in self.practice.course.labs for item in lab.items if item.id == item_id)
        if isinstance(item, Page):
            from coursekit.app.screens.page import PageScreen

            self._show(PageScreen(self.practice, item))
        else:
            self._open_exercise(item)

    def _open_exercise(self, outline: ExerciseOutline) -> None:
        from coursekit.app.screens.exercise import ExerciseScreen

        try:
            _require_unchanged(outline, self.practice.exercise(outline.id))
            self.practice.start(outline.id)
            self._show(ExerciseScreen(self.practice, outline.id, self.checkers, self.runtime))
        except CourseError as error:
            self._offer_a_new_start(outline, error)

    def _offer_a_new_start(self, outline: ExerciseOutline, error: CourseError) -> None:
        """Say why an exercise cannot be opened; one whose folder is gone can be begun anew."""
        from coursekit.app.screens.dialogs import Choose

        answers = [("b", "Back")]
        gone = not self.practice.workspace(outline.id).exists()
        if gone and self.practice.standing(outline.id).started:
            answers.insert(0, ("n", "Begin it anew: the folder is made again with its first files"))

        def answered(letter: str | None) -> None:
            if letter == "n":
                try:
                    self.practice.reset(outline.id)
                except CourseError as problem:
                    self._offer_a_new_start(outline, problem)
                else:
                    self._open_exercise(outline)

        self.push_screen(Choose(str(error), answers), answered)

    def _show(self, screen: Screen[None]) -> None:
        if isinstance(self.screen, CourseMap):
            self.push_screen(screen)
        else:
            self.switch_screen(screen)

    def next_item(self, item_id: str) -> Page | ExerciseOutline | None:
        """What comes after a page or an exercise in the course; None at its end."""
        items = [item for lab in self.practice.course.labs for item in lab.items]
        index = [item.id for item in items].index(item_id)
        return items[index + 1] if index + 1 < len(items) else None

    def open_next(self, item_id: str) -> None:
        """Open what comes next; at the end of the course the map."""
        item = self.next_item(item_id)
        if item is None:
            self.action_map()
        else:
            self.open_item(item.id)

    def action_map(self) -> None:
        """Back to the map."""
        self.pop_screen()

    def action_machine(self) -> None:
        """Show what this machine has."""
        from coursekit.app.screens.machine import MachineScreen

        self.push_screen(MachineScreen(self.practice.course))

    def action_help(self) -> None:
        from coursekit.app.screens.help import Help

        self.push_screen(Help())

    def _fatal_error(self) -> None:
        """Close without a traceback on the student's screen: whoever runs the app writes it into a log."""
        self._close_messages_no_wait()

    @property
    def crash(self) -> Exception | None:
        """The bug that ended the app."""
        return self._exception


def _require_unchanged(outline: ExerciseOutline, exercise: Exercise) -> None:
    """Raise CourseError when an exercise has other steps by now than on the map, which was read at the start."""
    if [step.id for step in exercise.steps] != [step.id for step in outline.steps]:
        raise CourseError("The course has changed since coursekit was started.", "Quit and start coursekit again.")
