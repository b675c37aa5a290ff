"""What the app says of a check, and where: the panel, the line on top, the title beside it."""

from __future__ import annotations

import os
from pathlib import Path

from textual.widgets import OptionList

from coursekit.app.widgets.status_bar import StatusBar
from coursekit.model.verdict import Outcome, Verdict
from tests.app.conftest import OpenApp
from tests.courses import hold_slow, writing_end


async def test_a_check_that_is_asked_for_says_everything_in_its_order(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.looked()
        await student.type("touch mad")
        await student.until(lambda: "not yet" in student.news)
        await student.press("f2")
        await student.until(lambda: student.panel)
        said = student.panel
        parts = ["Make it: not yet", "✗ made is a file", "try: You", "found: nothing is there"]
        places = [said.find(part) for part in parts]
        assert -1 not in places, said
        assert places == sorted(places)
        assert student.attempts == ["failed"]
        await student.press("escape")
        assert student.panel == ""


async def test_what_comes_later_in_a_step_is_not_shown_as_a_failure(open_app: OpenApp, course: Path) -> None:
    path = course / "exercises/venv/tiny/exercise.yaml"
    later = "{any: [{file: more}, {file: much}]}"
    path.write_text(path.read_text().replace("check: {file: made}", f"check: {{all: [{{file: made}}, {later}]}}"))
    async with open_app((80, 24)) as student:
        await student.open()
        await student.looked()
        await student.press("f2")
        await student.until(lambda: "✗ made is a file" in student.panel)
        assert "· still to come: either more is a file, or much is a file" in student.panel
        assert student.panel.count("✗") == 1
        await student.type("touch made")
        await student.until(lambda: "✗ either more is a file, or much is a file" in student.panel)
        assert "still to come" not in student.panel
        await student.type("touch much")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points")


async def test_the_reasons_in_sight_are_those_of_the_last_command(open_app: OpenApp, home: Path) -> None:
    async with open_app() as student:
        await student.open()
        await student.looked()
        await student.press("f2")
        await student.until(lambda: "found: nothing is there" in student.panel)
        await student.type("mkdir made")
        await student.until(lambda: "found: made is a folder" in student.panel)
        await student.type("rmdir made; touch mad")
        await student.until(lambda: "try: You wrote mad, not made." in student.panel)
        assert student.news == "not yet: the panel says what is missing"
        await student.press("f3")
        assert student.panel.startswith("Hints: 1 of 3")
        await student.type("rm mad")
        await student.until(lambda: student.news == "not yet: F2 says what is missing")
        assert student.panel.startswith("Hints: 1 of 3")
        await student.press("f2")
        await student.until(lambda: student.panel.startswith("Make it: not yet"))
        await student.type("touch made")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points" and not student.panel)


async def test_the_reasons_go_when_another_terminal_makes_the_step_pass(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.press("f2")
        await student.until(lambda: student.panel.startswith("Make it: not yet"))
        student.practice.record("venv/tiny", "first", Verdict(Outcome.PASSED), asked=True)  # as `coursekit check` does
        await student.until(lambda: student.title == "Tiny · 4 of 7 points")
        assert student.panel == ""


async def test_a_check_during_a_reset_by_another_terminal_does_not_count(
    open_app: OpenApp, course: Path, home: Path
) -> None:
    hold_slow(course)
    async with open_app() as student:
        await student.open("venv/slow")
        gate = home / "venv/slow/gate"
        os.mkfifo(gate)
        await student.press("f2")
        held: list[int] = []
        await student.until(lambda: held.extend(end for end in [writing_end(gate)] if end is not None) or held)
        student.practice.reset("venv/slow")  # as `coursekit reset` does
        os.close(held[0])
        await student.until(lambda: "begun anew while it was being checked" in student.panel)
        assert student.attempts == []


async def test_a_command_that_ends_during_a_check_that_was_asked_for_is_looked_at_too(
    open_app: OpenApp, course: Path, home: Path
) -> None:
    path = course / "exercises/venv/slow/exercise.yaml"
    slow = """check: {command: "sh -c 'test -e made; found=$?; cat gate; exit $found'"}"""
    path.write_text(path.read_text().replace("automatic: false", slow).replace('check: {command: "sleep 47"}', ""))
    async with open_app() as student:
        await student.open("venv/slow")
        await student.looked()
        gate = home / "venv/slow/gate"
        os.mkfifo(gate)

        async def held() -> int:
            ends: list[int] = []
            await student.until(lambda: ends.extend(end for end in [writing_end(gate)] if end is not None) or ends)
            return ends[0]

        await student.press("f2")
        first = await held()
        await student.type("touch made")
        automatic = student.screen._automatic
        await student.until(lambda: student.terminal.at_prompt and automatic._wanted is student.terminal.state)
        await student.until(lambda: not automatic.busy)  # it has found that another check is under way
        os.close(first)
        await student.until(lambda: "not yet" in student.panel)
        os.close(await held())
        await student.until(lambda: "passed" in student.news)


async def test_what_is_said_at_the_end_can_be_had_again(open_app: OpenApp) -> None:
    async with open_app() as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: student.screen.query(OptionList))
        await student.press("f5", "2")
        await student.until(lambda: student.attempts[-2:] == ["passed", "passed"])
        await student.type("cd below && touch ../again")
        await student.until(lambda: "All steps have passed" in student.panel)
        await student.press("escape")
        assert student.panel == ""
        await student.press("f2")
        await student.until(lambda: "All steps have passed" in student.panel)
        assert "“Be in the folder below” is as it should be." in student.panel


async def test_names_with_markup_are_shown_and_not_obeyed(open_app: OpenApp, home: Path) -> None:
    async with open_app() as student:
        await student.open()
        name = "[/red][@click=app.quit]x\x1b[2J"
        (home / "venv" / "tiny" / "made").symlink_to(name)
        await student.press("f2")
        await student.until(lambda: student.panel)
        assert "[/red][@click=app.quit]x" in student.panel
        assert "\x1b" not in student.panel


async def test_a_check_right_after_a_pass_fails_no_step_that_has_not_been_read(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open()
        await student.type("touch made")
        await student.until(lambda: "✓ step 1 passed" in student.news)
        await student.press("f2")
        assert student.news == "✓ step 1 has passed; this is step 2. It is a question."
        await student.press("f2")
        await student.until(lambda: student.news == "Answer with its number.")
        assert student.attempts == ["passed"]


async def test_a_check_that_is_stopped_says_so(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as student:
        await student.open("venv/slow")
        await student.press("f2")
        await student.until(lambda: "checking step 1" in student.news)
        await student.press("escape")
        await student.until(lambda: student.news == "You stopped the check of step 1. F2 checks it again.")


async def test_news_are_seen_whole_beside_a_title_that_is_shortened(open_app: OpenApp, course: Path) -> None:
    path = course / "exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("title: Tiny", "title: What an environment costs, and where it ends"))
    async with open_app((80, 24)) as student:
        await student.open()
        news, bar = student.screen.query_one("#news"), student.screen.query_one(StatusBar)
        assert student.title == "What an environment costs, and where it ends · 0 of 7 points"
        await student.type("touch made")
        await student.until(lambda: student.news == "✓ step 1 passed, 4 points")
        assert student.title == "What an environment costs, and whe… · 4 of 7 points"
        await student.press("f2")
        await student.until(lambda: student.news == "✓ step 1 has passed; this is step 2. It is a question.")
        assert student.title == "What an environment c…"
        await student.until(lambda: bar.size.height == 1 and news.size.height == 1)
        await student.type("true")
        await student.until(lambda: student.title.endswith(" where it ends · 4 of 7 points"))
        bar.say(" ".join(["word"] * 25))
        assert student.title == "What an env…"
        await student.until(lambda: bar.size.height == news.size.height == 2)
