"""An exercise: its guide and steps on one side, the student's own shell on the other."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Footer

from coursekit.app.asked import AskedCheck
from coursekit.app.attention import Attention
from coursekit.app.automatic import AutomaticChecks
from coursekit.app.checking import Checking
from coursekit.app.control import Checkers
from coursekit.app.fetching import Fetching
from coursekit.app.hints import Hints
from coursekit.app.image_news import ImageNews
from coursekit.app.insertion import Insertion
from coursekit.app.screens.exercise_keys import KEYS
from coursekit.app.screens.menu import Menu
from coursekit.app.screens.reset import NOTHING, STEP, AskReset, reset
from coursekit.app.terminal.widget import Terminal
from coursekit.app.verdicts import Verdicts
from coursekit.app.widgets.guide_view import Command
from coursekit.app.widgets.panel import Panel
from coursekit.app.widgets.question_view import QuestionView
from coursekit.app.widgets.shell_side import ShellSide
from coursekit.app.widgets.sides import Side
from coursekit.app.widgets.status_bar import StatusBar
from coursekit.app.widgets.step_guide import StepGuide
from coursekit.app.widgets.step_list import StepList
from coursekit.app.widgets.student_terminal import StudentTerminal
from coursekit.app.work import Work
from coursekit.errors import CourseError
from coursekit.model.exercise import Step
from coursekit.model.verdict import Verdict
from coursekit.practice.practice import Practice

_WIDE = 100
"""Columns from which guide and shell stand side by side."""
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_NO_SUCH_COMMAND = 127
"""The status of every shell for a word that is no command."""


class ExerciseScreen(Screen[None]):
    """Steps turn green by themselves; every other wish has a key, and a letter in the menu."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]  # noqa: RUF012 (Textual declares it)
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, practice: Practice, exercise_id: str, checkers: Checkers, runtime: Path) -> None:
        """The exercise must have been started. Raises CourseError when its content cannot be read."""
        super().__init__()
        self._status = StatusBar()
        self._reading_side = Side(id="reading")
        self._steps = StepList()
        self._guide = StepGuide(practice.workspace(exercise_id), id="guide")
        self._panel = Panel(id="panel")
        self._terminal = StudentTerminal(practice.workspace(exercise_id), runtime, practice.home.wheels)
        self._work = Work(practice, exercise_id, self._show_standing)
        self._verdicts = Verdicts(self._work, self._status, self._panel, self._view, self._title_of_next)
        self._checking = Checking(practice, exercise_id, checkers)
        self._automatic = AutomaticChecks(
            self._checking.check, self._next_to_check, self._verdicts.take_automatic, self._verdicts.renew
        )
        self._asked = AskedCheck(
            self._check_now, self._verdicts.take_asked, self._verdicts.say_stopped, self._panel.say_error
        )
        self._hints = Hints(practice, exercise_id)
        self._insertion = Insertion(self._terminal, self._status, practice.workspace(exercise_id))
        news = ImageNews(self._status, self._panel, practice.lab(exercise_id).id)
        self._fetching = Fetching(practice.images(exercise_id), news.missing, news.fetched, self._panel.say_error)
        self._shell_side = ShellSide(self._terminal, self._automatic, self._status, self._panel, id="shell")
        self._attention = Attention(
            self, self._work, self._reading_side, self._guide, self._panel, self._shell_side, self._terminal
        )
        self._answered = ""
        """The step whose question has been answered rightly here, and whose explanation is still read."""

    # What is on the screen

    def compose(self) -> ComposeResult:
        self.set_class(self.app.size.width < _WIDE, "-narrow")  # before the first paint
        yield self._status
        with Container(id="panes"):
            with self._reading_side:
                yield self._steps
                yield self._guide
                yield self._panel
            yield self._shell_side
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        await self._show_step()
        self._attention.to_what_is_open()
        self.call_after_refresh(self._shell_side.open_shell)
        self.call_after_refresh(self._fetching.look)
        self.watch(self, "focused", self._turned_to_side)
        self.set_interval(1.0, self._look_around)
        self.set_interval(0.1, self._show_progress)

    async def on_unmount(self) -> None:
        self._asked.stop()
        self._fetching.stop()
        await self._automatic.stop()
        self._checking.close()

    def on_resize(self, event: events.Resize) -> None:
        self._show_standing()
        self._mark_sides()

    def _turned_to_side(self) -> None:
        self._mark_sides()
        if self._attention.on_shell:
            self._go_on()

    def _mark_sides(self) -> None:
        self._attention.mark(stacked=self.app.size.width < _WIDE)

    def _show_standing(self) -> None:
        standing = self._work.standing
        self._status.show_title(self._work.exercise.title, standing.in_words)
        self._steps.show(standing, self._work.viewed, compact=self.app.size.width < _WIDE)

    async def _show_step(self) -> None:
        """Show the guide of the step that is viewed."""
        self._show_standing()
        was_answering, in_guide = self._guide.answering, self._attention.on_guide
        await self._guide.show(self._work.exercise, self._work.step, self._work.at, self._work.onward())
        # The shell keeps the keys of whoever types there by now.
        if (was_answering or (in_guide and self._attention.asked)) and not self._attention.on_shell:
            self._attention.to_what_is_open()

    def _view(self, step_id: str) -> None:
        self._work.viewed = step_id
        self.run_worker(self._show_step(), group="guide", exclusive=True)

    def _title_of_next(self) -> str | None:
        following = self.app.next_item(self._work.exercise.id)  # type: ignore[attr-defined]
        return following.title if following else None

    # The shell

    def on_student_terminal_began(self) -> None:
        self._verdicts.touched()

    def on_student_terminal_prompt(self, event: StudentTerminal.Prompt) -> None:
        if self._attention.asked and event.state.last_status == _NO_SUCH_COMMAND:
            self._status.say("This step is a question: F5, then your answer.")

    def on_terminal_typed(self, event: Terminal.Typed) -> None:
        if event.enter:  # in a guest, say, nothing else tells that a command has begun
            self._verdicts.touched()

    def action_reopen(self) -> None:
        """Open a shell in the place of one that has ended."""
        self.action_new_shell()

    def action_new_shell(self) -> None:
        """Start the shell anew in the exercise's folder."""
        self._status.say("")
        self._shell_side.open_shell("A new shell, in the folder of this exercise.")
        self.set_focus(self._terminal)

    # Checks

    def _next_to_check(self) -> Step | None:
        return None if self._asked.step is not None else self._work.next_to_check()

    def _look_around(self) -> None:
        """Once a second: what another process recorded or moved, and steps that want to be watched."""
        try:
            if self._work.refresh_if_changed():
                self._verdicts.take_standing()
        except CourseError as error:
            self._panel.say_error(error)
            return
        self._shell_side.look_at_folder()
        step = self._next_to_check()
        due = step is not None and step.watch is not None and not self._automatic.busy
        if step and due and time.monotonic() - self._automatic.last_check >= (step.watch or 0):
            self._automatic.wish(self._shell_side.state)

    def action_check(self) -> None:
        """Check the step that is viewed, and say what holds and what does not; hand in an essay; go to a question."""
        if self._guide.answering and self._guide.question is not None and self._guide.question.hand_in():
            return
        question = self._work.step.question
        then = "F2 again checks it." if question is None else "It is a question."
        if self._asked.step is not None or self._verdicts.say_what_has_passed(then):
            return
        if question is not None and not self._work.at.achieved:
            self._panel.dismiss()
            self._attention.to_guide()
            self._status.say(question.how)
        else:
            self._asked.start(self._work.step)

    async def _check_now(self, step: Step) -> Verdict:
        await self._automatic.stop()
        state = self._shell_side.state
        verdict = await self._checking.check(step.id, state)
        if self._shell_side.state is not state:  # a command has ended meanwhile
            self.call_later(self._automatic.wish, self._shell_side.state)
        return verdict

    def _show_progress(self) -> None:
        self._mark_sides()  # a program may have come to fill the shell, or ended
        if self._asked.step is not None:
            turn = _SPINNER[int(self._asked.seconds * 10) % len(_SPINNER)]
            number = self._work.number(self._asked.step.id)
            self._status.say(f"{turn} checking step {number} … {self._asked.seconds:.0f} s (Esc stops it)", "bold")
        elif self._fetching.under_way:
            self._status.say(f"{self._fetching.under_way} (Esc stops it)", "bold")

    def on_question_view_answered(self, event: QuestionView.Answered) -> None:
        try:
            verdict = self._work.answer(event.step, event.answer)
        except CourseError as error:
            self._panel.say_error(error)
            return
        if verdict.passed:
            if not self._attention.on_shell:
                self.set_focus(self._guide)  # what is typed from now on is no answer any more
            self._answered = event.step
        self._verdicts.take_answer(event.step, verdict)

    def _go_on(self) -> bool:
        """From an answered question, whose explanation has been read, to the next step; False if there is none."""
        onward = self._work.onward() if self._answered == self._work.viewed else None
        if onward is not None:
            self._turn_to(onward.id)
        return onward is not None

    def _go_on_to_work(self) -> None:
        """Enter in the guide: from a question that has been answered to the next step, and to where that is done."""
        onward = self._work.onward()
        if onward is not None:
            self._turn_to(onward.id)
            if onward.question is None:
                self.set_focus(self._terminal)

    # Images that the exercise begins with

    def action_fetch(self) -> None:
        """Fetch the images that are missing, and show how far it is."""
        self._panel.dismiss()
        self._fetching.start()

    # Hints and commands

    def action_hint(self) -> None:
        """Show the hints that are open, and open the next; one that costs points only at the second wish."""
        try:
            title, text = self._hints.wish(self._work.viewed)
        except CourseError as error:
            self._panel.say_error(error)
            return
        self._work.refresh()
        self._verdicts.touched()
        self._panel.say(title, text)

    async def action_insert(self) -> None:
        """Put the next command of the viewed step at the prompt."""
        self._verdicts.touched()
        await self._insertion.insert_next(self._work.step)

    async def on_command_chosen(self, event: Command.Chosen) -> None:
        await self._insertion.insert(event.command, self._work.step)

    def action_teach(self) -> None:
        """Put the line at the prompt that brings the marks back."""
        self._insertion.teach()

    # Moving about

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys are ours now. A program that fills the shell has all of them but the menu's.

        Esc and Enter belong to the shell unless there is something of ours to close or to open.
        """
        if not self.is_current:
            return False
        full = self._shell_side.full
        if action == "close":
            busy = self._asked.step is not None or self._fetching.under_way
            return bool(busy) or (self._panel.shown and not full)
        if action == "reopen":
            return self._terminal.has_ended
        return action == "menu" or not full

    def action_close(self) -> None:
        """Stop a check that runs, or what is being fetched; else close the panel."""
        if self._asked.step is not None:
            self._asked.stop()
        elif self._fetching.stop():
            self._status.say("You stopped the fetching; what came whole is kept. ^Space f goes on.")
        else:
            self._panel.dismiss()
            self._attention.to_what_is_open()

    def action_next(self) -> None:
        """The next step; after the last one of a finished exercise what comes next in the course."""
        if self._go_on() or self._verdicts.say_what_has_passed("F9 again leaves it out."):
            return
        following = self._work.beside(+1)
        if following is not None:
            self._turn_to(following)
        elif self._work.standing.current is None:
            self.app.open_next(self._work.exercise.id)  # type: ignore[attr-defined]

    def action_previous(self) -> None:
        previous = self._work.beside(-1)
        if previous is not None:
            self._turn_to(previous)

    def _turn_to(self, step_id: str) -> None:
        self._answered = ""
        self._verdicts.touched()
        self._panel.dismiss()
        self._view(step_id)

    def expect_key(self, event: events.Key) -> None:
        """Before a key goes anywhere: see that it finds the right side."""
        self._attention.expect_key(event)

    def on_key(self, event: events.Key) -> None:
        """A key that nobody beside the shell has taken."""
        if self._attention.on_shell:
            self._terminal.on_key(event)  # it was on its way to the guide when the shell got the focus
        elif event.key == "enter" and self._attention.on_guide:
            event.stop()
            self._go_on_to_work()

    def on_paste(self, event: events.Paste) -> None:
        """A paste beside the shell, and not into an answer, goes to the shell, as if it had been pasted there."""
        event.stop()
        self._attention.to_shell()
        self._terminal.post_message(events.Paste(event.text))

    def action_other_side(self) -> None:
        """To the guide, its question, or what hides it, and back to the shell."""
        self._attention.to_other_side()

    def action_zoom(self) -> None:
        """Give the whole window to the side that has the focus, and back."""
        self._attention.zoom()

    def action_menu(self) -> None:
        """All that can be done here, by letters."""
        menu = Menu(marks_missing=self._terminal.marks_missing, has_images=bool(self._work.exercise.images))

        async def chosen(letter: str | None) -> None:
            if letter:
                await self.run_action(menu.actions[letter])

        self.app.push_screen(menu, chosen)

    def action_help(self) -> None:
        self.app.action_help()  # type: ignore[attr-defined]

    def action_map(self) -> None:
        """Back to the map of the course."""
        self.app.action_map()  # type: ignore[attr-defined]

    def action_reset(self) -> None:
        """Begin the step or the exercise anew, once the student has said which."""

        async def chosen(what: str | None) -> None:
            if what and what != NOTHING:
                await self._reset(what)

        self.app.push_screen(AskReset(self._work), chosen)

    async def _reset(self, what: str) -> None:
        await self._asked.stopped()
        await self._automatic.stop()
        try:
            title, said = await reset(self._work, what)
        except CourseError as error:
            self._panel.say_error(error)
            return
        self._view(self._work.viewed)
        if what != STEP:
            self._shell_side.open_shell(title, cleared=True)
        self.set_focus(self._terminal)
        self._panel.say(title, said)
