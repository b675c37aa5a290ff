"""When a step is checked by itself, and which verdicts count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from coursekit.app import automatic
from coursekit.app.automatic import AutomaticChecks
from coursekit.model.check import All
from coursekit.model.exercise import Step
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Finding, Outcome, Verdict

STEPS = [Step(name, name, 1, All(()), "") for name in ("one", "two")]
PASSED, FAILED = Verdict(Outcome.PASSED), Verdict(Outcome.FAILED)


class Checked:
    """What is checked, answered when the test says so; and what was told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.told: list[tuple[str, Outcome]] = []
        self.renewed: list[Outcome] = []
        self.open = list(STEPS)
        self.can_record = True
        self.answers: asyncio.Queue[Verdict] = asyncio.Queue()
        self.automatic = AutomaticChecks(
            self.check,
            lambda: self.open[0] if self.open else None,
            self.tell,
            lambda step, verdict: self.renewed.append(verdict.outcome),
        )

    async def check(self, step: str, shell: ShellState | None) -> Verdict:
        self.asked.append((step, shell.cwd if shell else ""))
        return await self.answers.get()

    def tell(self, step: Step, verdict: Verdict) -> None:
        self.told.append((step.id, verdict.outcome))
        if verdict.passed and self.can_record:
            self.open.pop(0)

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.001)

    async def idle(self) -> None:
        await self.until(lambda: not self.automatic.busy)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Checked:
    monkeypatch.setattr(automatic, "PAUSE", 0.02)
    return Checked()


async def test_steps_are_checked_for_as_long_as_they_pass(checked: Checked) -> None:
    checked.automatic.wish(ShellState("/a"))
    checked.answers.put_nowait(PASSED)
    checked.answers.put_nowait(FAILED)
    await checked.idle()
    assert checked.asked == [("one", "/a"), ("two", "/a")]
    assert checked.told == [("one", Outcome.PASSED)]  # nobody has tried the second one yet


async def test_a_pass_that_cannot_be_recorded_is_not_checked_again_and_again(checked: Checked) -> None:
    checked.can_record = False
    checked.automatic.wish(ShellState("/a"))
    checked.answers.put_nowait(PASSED)
    await checked.idle()
    assert checked.asked == [("one", "/a")]


async def test_many_prompts_at_once_are_one_check_with_the_last_state(checked: Checked) -> None:
    for number in range(5):
        checked.automatic.wish(ShellState(f"/{number}"))
        checked.automatic.command_began()
    checked.automatic.wish(ShellState("/last"))
    checked.answers.put_nowait(PASSED)
    checked.answers.put_nowait(FAILED)
    await checked.idle()
    assert checked.asked == [("one", "/last"), ("two", "/last")]
    assert checked.told == [("one", Outcome.PASSED)]


async def test_a_failure_is_told_when_it_is_another_one_than_before(checked: Checked) -> None:
    near = Verdict(Outcome.FAILED, (Finding(Outcome.PASSED, "a"), Finding(Outcome.FAILED, "b")))
    waits = Verdict(Outcome.SKIPPED)
    for verdict, told in ((FAILED, 0), (FAILED, 0), (near, 1), (near, 1), (waits, 1), (near, 1), (FAILED, 2)):
        checked.automatic.wish(ShellState("/a"))
        checked.answers.put_nowait(verdict)
        await checked.idle()
        assert len(checked.told) == told, verdict
        assert checked.renewed[-1] == verdict.outcome


async def test_a_command_that_begins_stops_a_check_that_has_not_begun(checked: Checked) -> None:
    checked.automatic.wish(ShellState("/a"))
    checked.automatic.command_began()
    await checked.idle()
    assert checked.asked == []


@pytest.mark.parametrize(("verdict", "told"), [(FAILED, []), (PASSED, [("one", Outcome.PASSED)])])
async def test_a_command_that_begins_meanwhile_discards_all_but_a_pass(
    checked: Checked, verdict: Verdict, told: list[tuple[str, Outcome]]
) -> None:
    checked.automatic.wish(ShellState("/a"))
    await checked.until(lambda: checked.asked)
    checked.automatic.command_began()
    checked.answers.put_nowait(verdict)
    await checked.idle()
    assert checked.told == told
    assert len(checked.asked) == 1


async def test_a_prompt_during_a_check_is_checked_after_it(checked: Checked) -> None:
    checked.automatic.wish(ShellState("/a"))
    await checked.until(lambda: checked.asked)
    checked.automatic.command_began()
    checked.automatic.wish(ShellState("/b"))
    checked.answers.put_nowait(FAILED)
    checked.answers.put_nowait(PASSED)
    checked.answers.put_nowait(FAILED)
    await checked.idle()
    assert checked.asked == [("one", "/a"), ("one", "/b"), ("two", "/b")]
    assert checked.told == [("one", Outcome.PASSED)]


async def test_stopping(checked: Checked) -> None:
    checked.automatic.wish(None)
    await checked.until(lambda: checked.asked)
    await checked.automatic.stop()
    assert not checked.automatic.busy
    assert checked.told == []
