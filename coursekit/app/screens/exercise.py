"""An exercise: its guide and steps on one side, the student's own shell on the other."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input, TextArea

from coursekit.app.asked import AskedCheck
from coursekit.app.automatic import AutomaticChecks
from coursekit.app.checking import Checking
from coursekit.app.control import Checkers
from coursekit.app.fetching import Fetching
from coursekit.app.hints import Hints
from coursekit.app.screens.dialogs import Choose
from coursekit.app.terminal.widget import Terminal
from coursekit.app.widgets.guide_view import Command
from coursekit.app.widgets.panel import Panel
from coursekit.app.widgets.question_view import QuestionView
from coursekit.app.widgets.status_bar import StatusBar
from coursekit.app.widgets.step_guide import StepGuide
from coursekit.app.widgets.step_list import StepList
from coursekit.app.widgets.student_terminal import StudentTerminal
from coursekit.course.guide import commands
from coursekit.errors import CourseError
from coursekit.model.course import BaseImage
from coursekit.model.exercise import Step
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome, Verdict
from coursekit.practice.made import clear_made
from coursekit.practice.practice import Practice
from coursekit.practice.wording import counted, missing_words

_WIDE = 100
"""Columns from which guide and shell stand side by side."""
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_GOOD, _BAD, _QUIET = "bold $text-success", "bold $text-warning", "$text-muted"


class ExerciseScreen(Screen[None]):
    """Steps turn green by themselves; every other wish has a key, and a letter in the menu."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]  # noqa: RUF012 (Textual declares it)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", key_display="F1", priority=True),
        Binding("f2", "check", "Check", key_display="F2", priority=True),
        Binding("f3", "hint", "Hint", key_display="F3", priority=True),
        Binding("f4", "insert", "Insert", key_display="F4", priority=True),
        Binding("f5", "other_side", "Switch", key_display="F5", priority=True),
        Binding("f6", "zoom", "Zoom", key_display="F6", show=False, priority=True),
        Binding("f7", "reset", "Reset", key_display="F7", show=False, priority=True),
        Binding("f8", "previous", "Previous", key_display="F8", show=False, priority=True),
        Binding("f9", "next", "Next", key_display="F9", priority=True),
        Binding("f10", "map", "Map", key_display="F10", priority=True),
        Binding("ctrl+@,ctrl+space,alt+m", "menu", "Menu", key_display="^Space", priority=True),
        Binding("escape", "close", "Close", show=False, priority=True),
        Binding("enter", "new_shell", "New shell", show=False),
    ]
    _MENU = (
        ("c", "Check this step", "check"),
        ("h", "Hint", "hint"),
        ("i", "Insert the next command at the prompt", "insert"),
        ("g", "Go to the guide, or back to the shell", "other_side"),
        ("z", "Give this side the whole window, and back", "zoom"),
        ("n", "Next step", "next"),
        ("p", "Previous step", "previous"),
        ("r", "Reset: begin anew", "reset"),
        ("s", "Start a new shell", "new_shell"),
        ("m", "Map of the course", "map"),
        ("?", "Help", "help"),
        ("q", "Quit", "app.quit"),
    )

    def __init__(self, practice: Practice, exercise_id: str, checkers: Checkers, runtime: Path) -> None:
        """The exercise must have been started. Raises CourseError when its content cannot be read."""
        super().__init__()
        self._practice = practice
        self._exercise_id = exercise_id
        self._status = StatusBar()
        self._steps = StepList()
        self._guide = StepGuide(id="guide")
        self._panel = Panel(id="panel")
        self._terminal = StudentTerminal(practice.workspace(exercise_id), runtime, practice.home.wheels)
        self._exercise = practice.exercise(exercise_id)
        self._checking = Checking(practice, exercise_id, checkers)
        self._automatic = AutomaticChecks(self._checking.check, self._next_to_check, self._take_automatic)
        self._asked = AskedCheck(self._check_now, self._take_asked, lambda: self._say("stopped"), self._say_error)
        self._hints = Hints(practice, exercise_id)
        self._fetching = Fetching(practice.images(exercise_id), self._say_missing, self._say_fetched, self._say_error)
        self._standing = practice.standing(exercise_id)
        current = self._standing.current
        self._viewed = current.outline.id if current else self._exercise.steps[-1].id
        self._inserted = 0
        """How many of the viewed step's commands have been put at the prompt."""
        self._last_event = 0
        self._marks_were_missing = False
        self._not_yet_said = False
        """Whether the news are those of an automatic check: only these are wiped away by the next one."""
        self._tried = False
        """Whether a command has begun since the screen was opened: before that, “not yet” goes without saying."""

    # What is on the screen

    def compose(self) -> ComposeResult:
        yield self._status
        with Container(id="panes"):
            with Vertical(id="reading"):
                yield self._steps
                yield self._guide
                yield self._panel
            with Vertical(id="shell"):
                yield self._terminal
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        self._last_event = self._practice.store.last_number()
        await self._show_step()
        self._focus_what_is_open()
        self.call_after_refresh(self._open_shell)
        self.call_after_refresh(self._fetching.look)
        self.set_interval(1.0, self._look_around)
        self.set_interval(0.1, self._show_progress)

    async def on_unmount(self) -> None:
        self._asked.stop()
        self._fetching.stop()
        await self._automatic.stop()
        self._checking.close()

    def on_resize(self, event: events.Resize) -> None:
        self._show_standing()

    @property
    def _step(self) -> Step:
        return self._exercise.step(self._viewed)

    def _say(self, news: str, style: str = _QUIET) -> None:
        self._not_yet_said = False
        self._status.say(news, style)

    def _say_error(self, error: CourseError) -> None:
        self._open_panel().say_error(error)

    def _show_standing(self) -> None:
        standing = self._standing
        self._status.show_title(f"{self._exercise.title} · {standing.in_words}")
        self._steps.show(standing, self._viewed, compact=self.app.size.width < _WIDE)

    def _refresh_standing(self) -> None:
        self._standing = self._practice.standing(self._exercise_id)
        self._last_event = self._practice.store.last_number()
        self._show_standing()

    async def _show_step(self) -> None:
        """Show the guide of the step that is viewed, from its beginning."""
        self._show_standing()
        was_answering = self._guide.answering
        await self._guide.show(self._exercise, self._step, self._standing.step(self._viewed))
        if was_answering:
            self._focus_what_is_open()

    def _focus_what_is_open(self) -> None:
        """Go to a question that has not been answered rightly, else to the shell."""
        if self._guide.question is not None and not self._standing.step(self._viewed).achieved:
            self.set_focus(self._guide.place, scroll_visible=False)
        else:
            self.set_focus(self._terminal)

    def _view(self, step_id: str) -> None:
        if step_id != self._viewed:
            self._viewed, self._inserted = step_id, 0
        self.run_worker(self._show_step(), group="guide", exclusive=True)

    def _close_panel(self) -> bool:
        self.remove_class("-panel")
        return self._panel.dismiss()

    def _open_panel(self) -> Panel:
        self.add_class("-panel")
        return self._panel

    # The shell

    def _open_shell(self) -> None:
        try:
            self._terminal.open_shell()
        except CourseError as error:
            self._say_error(error)
            return
        if not self._terminal.integrated:
            self._open_panel().say(
                f"Your shell is {self._terminal.shell_name}. It does not tell coursekit when a command has ended.",
                "The steps are checked when it goes quiet, and with F2. What has to be active in a shell can be "
                "checked only in bash, zsh or fish: start coursekit with SHELL=/bin/bash coursekit",
            )

    @property
    def _shell_state(self) -> ShellState | None:
        """What the shell says of itself; None when it no longer says anything that can be relied on."""
        return None if self._terminal.marks_missing else self._terminal.state

    def on_student_terminal_prompt(self, event: StudentTerminal.Prompt) -> None:
        if self._marks_were_missing:
            self._marks_were_missing = False
            self._say("your shell is heard again")
        self._automatic.wish(event.state)

    def on_student_terminal_began(self) -> None:
        self._automatic.command_began()
        self._tried = True
        self._say("")

    def on_student_terminal_quiet(self) -> None:
        if self._terminal.marks_missing and not self._marks_were_missing:
            self._marks_were_missing = True
            self._say("This shell does not tell when a command ends. ^Space, then t, mends it.", _BAD)
        self._automatic.wish(self._shell_state)

    def on_terminal_ended(self, event: Terminal.Ended) -> None:
        self._say("Your shell has ended. Enter opens a new one.", _BAD)

    def action_new_shell(self) -> None:
        """Start the shell anew in the exercise's folder."""
        self._say("")
        self._open_shell()
        self.set_focus(self._terminal)

    # Automatic checks

    def _next_to_check(self) -> Step | None:
        """The step that is viewed, or else the first one that is to be done in the shell."""
        if self._asked.step is not None:
            return None
        by_viewing = [self._step, *self._exercise.steps]
        to_do = [step for step in by_viewing if not self._standing.step(step.id).achieved and step.question is None]
        return to_do[0] if to_do and to_do[0].automatic else None

    def _take_automatic(self, step: Step, verdict: Verdict) -> None:
        if verdict.passed:
            self._take_pass(step, verdict, asked=False)
        elif verdict.outcome is Outcome.FAILED and self._tried:
            self._say(f"not yet: {step.title} (F2 says what is missing)")
            self._not_yet_said = True
        elif self._not_yet_said:
            self._say("")

    def _take_pass(self, step: Step, verdict: Verdict, *, asked: bool) -> None:
        """A step has passed: remember it, say so, go on to the next."""
        try:
            news = self._practice.record(self._exercise_id, step.id, verdict, asked=asked)
        except CourseError as error:
            self._say_error(error)
            return
        self._refresh_standing()
        if news:
            points = self._standing.step(step.id).points
            self._say(f"✓ passed, {counted(points, 'point')}: {step.title}", _GOOD)
            self._close_panel()
            self._go_on_from(step.id)

    def _go_on_from(self, step_id: str, lesson: str = "") -> None:
        """After a pass: show the next step; after the last one say so, and the ``lesson`` of its question."""
        following = self._standing.open_after(step_id)
        if following is None:
            self._say_finished(lesson)
        elif step_id == self._viewed:
            self._view(following.outline.id)

    def _say_finished(self, lesson: str) -> None:
        self._view(self._exercise.steps[-1].id)
        following = self.app.next_item(self._exercise_id)  # type: ignore[attr-defined]
        text = f"F9 opens what comes next: “{following.title}”" if following else "It was the last of the course."
        parts = [lesson, self._exercise.learned, f"{text}\nF10 goes back to the map. Your folder stays as it is."]
        said = "\n\n".join(part for part in parts if part)
        self._open_panel().say(f"All steps have passed: {self._standing.in_words}.", said, _GOOD)

    def _look_around(self) -> None:
        """Once a second: what another process recorded, and steps that want to be watched."""
        try:
            if self._practice.store.last_number() != self._last_event:
                self._refresh_standing()
                self.run_worker(self._show_step(), group="guide", exclusive=True)
        except CourseError as error:
            self._say_error(error)
            return
        step = self._next_to_check()
        due = step is not None and step.watch is not None and not self._automatic.busy
        if step and due and time.monotonic() - self._automatic.last_check >= (step.watch or 0):
            self._automatic.wish(self._shell_state)

    # Checks that the student asks for

    def action_check(self) -> None:
        """Check the step that is viewed, and say what holds and what does not; hand in an essay."""
        if self._guide.answering and self._guide.question is not None and self._guide.question.hand_in():
            return
        self._asked.start(self._step)

    async def _check_now(self, step: Step) -> Verdict:
        await self._automatic.stop()
        return await self._checking.check(step.id, self._shell_state)

    def _take_asked(self, step: Step, verdict: Verdict) -> None:
        was_achieved = self._standing.step(step.id).achieved
        if verdict.passed and not was_achieved:
            self._take_pass(step, verdict, asked=True)
            return
        self._say("")
        try:
            self._practice.record(self._exercise_id, step.id, verdict, asked=not was_achieved)
            self._refresh_standing()
        except CourseError as error:
            self._say_error(error)
            return
        if was_achieved and verdict.outcome is Outcome.FAILED:
            self._open_panel().say_verdict(f"{step.title} has passed and keeps its points. Now", verdict)
        else:
            advice = "F3 opens a hint." if step.hints and not verdict.feedback else ""
            self._open_panel().say_verdict(step.title, verdict, advice)

    def _show_progress(self) -> None:
        if self._asked.step is not None:
            turn = _SPINNER[int(self._asked.seconds * 10) % len(_SPINNER)]
            self._say(f"{turn} checking {self._asked.step.title} … {self._asked.seconds:.0f} s (Esc stops it)", "bold")
        elif self._fetching.under_way:
            self._say(f"{self._fetching.under_way} (Esc stops it)", "bold")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys are ours now. A program that fills the shell has all of them but the menu's.

        Esc and Enter belong to the shell unless there is something of ours to close or to open.
        """
        if not self.is_current:
            return False
        full = self.focused is self._terminal and self._terminal.modes.alternate_screen
        if action == "close":
            busy = self._asked.step is not None or self._fetching.under_way
            return bool(busy) or (self._panel.has_class("shown") and not full)
        if action == "new_shell":
            return self._terminal.has_ended
        return action == "menu" or not full

    def action_close(self) -> None:
        """Stop a check that runs, or what is being fetched; else close the panel."""
        if self._asked.step is not None:
            self._asked.stop()
        elif self._fetching.stop():
            self._say("stopped; what has come whole is kept")
        else:
            self._close_panel()
            self._focus_what_is_open()

    # Images that the exercise begins with

    def _say_missing(self, missing: list[BaseImage]) -> None:
        said, advice = missing_words(missing, self._practice.lab(self._exercise_id).id)
        self._open_panel().say(said, f"^Space, then f, fetches what is missing. {advice}", _BAD)

    def _say_fetched(self, lines: list[str]) -> None:
        self._say("")
        self._open_panel().say("All images that this exercise begins with are here.", "\n".join(lines), _GOOD)

    def action_fetch(self) -> None:
        """Fetch the images that are missing, and show how far it is."""
        self._close_panel()
        self._fetching.start()

    # Questions, hints, commands

    def on_question_view_answered(self, event: QuestionView.Answered) -> None:
        try:
            verdict = self._practice.answer(self._exercise_id, event.step, event.answer)
        except CourseError as error:
            self._say_error(error)
            return
        self._refresh_standing()
        if verdict.passed:
            following = self._standing.open_after(event.step)
            if following is None or self._exercise.step(following.outline.id).question is None:
                self.set_focus(self._terminal)  # at once: what is typed from now on is meant for the shell
            headline = "Handed in." if self._standing.step(event.step).to_be_marked else "Right."
            self._open_panel().say(headline, verdict.feedback, _GOOD)
            self._go_on_from(event.step, verdict.feedback)
        else:
            self._view(self._viewed)

    def action_hint(self) -> None:
        """Show the hints that are open, and open the next; one that costs points only at the second wish."""
        try:
            title, text = self._hints.wish(self._viewed)
        except CourseError as error:
            self._say_error(error)
            return
        self._refresh_standing()
        self._open_panel().say(title, text)

    def action_insert(self) -> None:
        """Put the next command of the viewed step at the prompt."""
        found = commands(self._step.guide)
        if not found:
            self._say("This step's guide has no command to insert: think of your own.")
            return
        self._insert(found[self._inserted % len(found)])
        self._inserted += 1

    def on_command_chosen(self, event: Command.Chosen) -> None:
        self._insert(event.command)

    def _insert(self, command: str) -> None:
        if not self._terminal.can_insert:
            self._say("A program is running in your shell: wait until the prompt is back.", _BAD)
            return
        self._terminal.put_at_prompt(command)
        self.set_focus(self._terminal)
        self._say("Enter runs it.")

    # Moving about

    def action_next(self) -> None:
        """The next step; after the last one of a finished exercise what comes next in the course."""
        self._move(+1)

    def action_previous(self) -> None:
        self._move(-1)

    def _move(self, steps: int) -> None:
        ids = [step.id for step in self._exercise.steps]
        index = ids.index(self._viewed) + steps
        if index == len(ids) and self._standing.current is None:
            self.app.open_next(self._exercise_id)  # type: ignore[attr-defined]
        elif 0 <= index < len(ids):
            self._close_panel()
            self._view(ids[index])

    def on_key(self, event: events.Key) -> None:
        """What is typed beside the shell, and is no answer, is meant for the shell: it gets the key and the focus."""
        typing = isinstance(self.focused, Input | TextArea | Terminal)
        if event.is_printable and event.character and not typing and not event.character.isdigit():
            event.stop()
            self.set_focus(self._terminal)
            self._terminal.type(event.character)

    def action_other_side(self) -> None:
        """To the guide, its question, or what hides it, and back to the shell."""
        if self.focused is not self._terminal:
            self.remove_class("-only-guide")
            self.set_focus(self._terminal)
            return
        self.remove_class("-only-shell")
        in_the_way = self._panel.has_class("shown") and self.has_class("-narrow")
        self.set_focus(self._panel if in_the_way else self._guide.place)

    def action_zoom(self) -> None:
        """Give the whole window to the side that has the focus, and back."""
        if self.has_class("-only-shell") or self.has_class("-only-guide"):
            self.remove_class("-only-shell", "-only-guide")
        else:
            self.add_class("-only-shell" if self.focused is self._terminal else "-only-guide")

    def action_menu(self) -> None:
        """All that can be done here, by letters."""
        entries = [(letter, text) for letter, text, _ in self._MENU]
        actions = {letter: action for letter, _, action in self._MENU}
        if self._terminal.marks_missing:
            entries.insert(0, ("t", "Teach this shell to tell when a command ends (puts a line at the prompt)"))
            actions["t"] = "teach"

        if self._exercise.images:
            entries.insert(-2, ("f", "Fetch the images that this exercise begins with"))
            actions["f"] = "fetch"

        async def chosen(letter: str | None) -> None:
            if letter:
                await self.run_action(actions[letter])

        self.app.push_screen(Choose("What do you want to do?", entries), chosen)

    def action_teach(self) -> None:
        """Put the line at the prompt that brings the marks back."""
        self._terminal.integrate_again()
        self.set_focus(self._terminal)
        self._say("Enter runs it.")

    def action_help(self) -> None:
        self.app.action_help()  # type: ignore[attr-defined]

    def action_map(self) -> None:
        """Back to the map of the course."""
        self.app.action_map()  # type: ignore[attr-defined]

    def action_reset(self) -> None:
        """Begin the step or the exercise anew, once the student has said which."""
        points = self._standing.points
        lost = f" Its {counted(points, 'point')} have to be earned again." if points else ""
        answers = [
            ("s", f"This step: {self._step.title}. The first files are put back as they were."),
            ("e", f"The whole exercise, in a new folder with its first files.{lost}"),
            ("k", "Keep everything as it is"),
        ]
        if self._exercise.makes:
            gone = ", ".join(sorted({f"{made.kind}s" for made in self._exercise.makes}))
            answers.insert(2, ("a", f"The whole exercise, and the {gone} that you made in it are removed.{lost}"))
        question = "Begin anew? A copy of your work is kept. Opened hints and first answers stay as they are."

        async def chosen(letter: str | None) -> None:
            if letter in ("s", "e", "a"):
                await self._reset(self._viewed if letter == "s" else None, remove_made=letter == "a")

        self.app.push_screen(Choose(question, answers), chosen)

    async def _reset(self, step_id: str | None, *, remove_made: bool) -> None:
        await self._asked.stopped()
        await self._automatic.stop()
        since = self._practice.first_started(self._exercise_id)
        troubles = await asyncio.to_thread(clear_made, self._exercise, since or 0) if remove_made else []
        try:
            kept = self._practice.reset(self._exercise_id, step_id)
        except CourseError as error:
            self._say_error(error)
            return
        self._refresh_standing()
        current = self._standing.current
        self._view(step_id or (current.outline.id if current else self._viewed))
        if step_id is None:
            self._open_shell()
        self.set_focus(self._terminal)
        text = f"What you had is kept in {kept}" if kept else "Nothing of yours had to be moved."
        self._open_panel().say("Begun anew.", "\n".join([text, *troubles]))
