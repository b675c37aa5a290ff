"""Starting, passing, paying for hints, answering, resetting, coming back."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from coursekit.checks import KINDS
from coursekit.course.outline import read_course
from coursekit.errors import CourseError
from coursekit.model.event import What
from coursekit.model.verdict import Finding, Outcome, Verdict
from coursekit.practice.home import Home
from coursekit.practice.practice import FREE_AFTER, Practice, with_dependants
from coursekit.practice.standing import State
from coursekit.progress.store import Store

TINY = "venv/tiny"
PASSED = Verdict(Outcome.PASSED)
FAILED = Verdict(Outcome.FAILED)
ERROR = Verdict(Outcome.ERROR)


def test_start_makes_the_workspace_with_the_students_values(practice: Practice) -> None:
    exercise = practice.start(TINY)
    name = exercise.values["name"]
    folder = practice.workspace(TINY)
    assert (folder / name / "hello.txt").read_text() == f"Hello {name}, ${{name}}.\n"
    assert (folder / "picture.bin").read_bytes() == b"\xff{name}\x00"
    assert practice.standing(TINY).state is State.STARTED
    assert not [path for path in folder.parent.iterdir() if path != folder]


def test_starting_again_goes_on(practice: Practice) -> None:
    practice.start(TINY)
    (practice.workspace(TINY) / "mine").write_text("work")
    practice.start(TINY)
    assert (practice.workspace(TINY) / "mine").read_text() == "work"
    assert len([event for event in practice.store.events(TINY) if event.what is What.STARTED]) == 1


def test_a_folder_in_the_way_is_kept(practice: Practice) -> None:
    folder = practice.workspace(TINY)
    folder.mkdir(parents=True)
    (folder / "older").write_text("work")
    practice.start(TINY)
    [kept] = practice.home.kept.iterdir()
    assert (kept / "older").read_text() == "work"
    assert not (folder / "older").exists()


def test_a_step_is_achieved_once_and_for_all(practice: Practice) -> None:
    practice.start(TINY)
    assert practice.record(TINY, "first", PASSED, asked=False)
    assert not practice.record(TINY, "first", PASSED, asked=True)
    assert not practice.record(TINY, "first", FAILED, asked=True)
    standing = practice.standing(TINY)
    assert standing.achieved == ("first",)
    assert standing.points == 4
    assert standing.current is not None
    assert standing.current.outline.id == "ask"


def test_only_a_failure_that_was_asked_for_is_an_attempt(practice: Practice) -> None:
    practice.start(TINY)
    practice.record(TINY, "first", FAILED, asked=False)
    practice.record(TINY, "first", ERROR, asked=True)
    assert practice.standing(TINY).step("first").failed_attempts == 0
    practice.record(TINY, "first", FAILED, asked=True)
    assert practice.standing(TINY).step("first").failed_attempts == 1


def test_hints_open_in_order_and_cost_points(practice: Practice) -> None:
    practice.start(TINY)
    texts = [practice.hint(TINY, "first") for _ in range(4)]
    assert [(hint.level, hint.hint.text, hint.new) for hint in texts] == [
        (1, "Look.", True),
        (2, "Closer.", True),
        (3, "Type it.", True),
        (3, "Type it.", False),
    ]
    assert practice.next_hint(TINY, "first") is None
    practice.record(TINY, "first", PASSED, asked=True)
    assert practice.standing(TINY).points == 1


def test_attempts_make_a_hint_free_but_not_the_same_one_again_and_again(practice: Practice) -> None:
    practice.start(TINY)
    practice.hint(TINY, "first")

    def price() -> int:
        coming = practice.next_hint(TINY, "first")
        assert coming is not None
        return coming.price

    for _ in range(FREE_AFTER):
        practice.record(TINY, "first", FAILED, asked=True)
    assert price() == 1
    for attempt in range(FREE_AFTER - 1):
        found = Finding(Outcome.FAILED, "it is made", observed=f"attempt {attempt}")
        practice.record(TINY, "first", Verdict(Outcome.FAILED, (found,)), asked=True)
    assert price() == 0
    practice.hint(TINY, "first")
    assert practice.standing(TINY).step("first").hint_cost == 0


def test_an_essay_is_handed_in_and_its_points_wait_for_the_instructor(practice: Practice) -> None:
    practice.start(TINY)
    verdict = practice.answer(TINY, "essay", "because it is so")
    assert verdict.passed
    standing = practice.standing(TINY)
    assert "essay" in standing.achieved
    assert (standing.points, standing.to_be_marked) == (0, 3)
    assert standing.in_words == "0 of 10 points, 3 to be marked"


def test_a_hint_after_the_step_passed_costs_nothing(practice: Practice) -> None:
    practice.start(TINY)
    practice.record(TINY, "first", PASSED, asked=True)
    for _ in range(3):
        practice.hint(TINY, "first")
    assert practice.standing(TINY).points == 4


def test_a_step_without_hints_says_so(practice: Practice) -> None:
    practice.start(TINY)
    with pytest.raises(CourseError, match="no hints"):
        practice.hint(TINY, "last")


def number(practice: Practice, text: str) -> str:
    """The number under which this student sees a choice."""
    question = practice.exercise(TINY).step("ask").question
    assert question is not None
    return str([choice.text for choice in question.choices].index(text) + 1)


@pytest.mark.parametrize("by_number", [True, False])
def test_the_right_answer_first_earns_the_points(practice: Practice, by_number: bool) -> None:
    practice.start(TINY)
    verdict = practice.answer(TINY, "ask", number(practice, "That") if by_number else "That")
    assert verdict.passed
    assert verdict.feedback == "Just so."
    assert practice.standing(TINY).step("ask").points == 2


def test_a_right_answer_after_a_wrong_one_opens_the_way_but_earns_nothing(practice: Practice) -> None:
    practice.start(TINY)
    verdict = practice.answer(TINY, "ask", "This")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.feedback == "Not this."
    assert practice.answer(TINY, "ask", "That").passed
    step = practice.standing(TINY).step("ask")
    assert step.achieved
    assert step.points == 0
    assert practice.answers(TINY) == {"ask": "That"}


def test_answers_that_are_none(practice: Practice) -> None:
    practice.start(TINY)
    with pytest.raises(CourseError, match="not an answer to"):
        practice.answer(TINY, "ask", "3")
    with pytest.raises(CourseError, match="asks no question"):
        practice.answer(TINY, "first", "1")
    with pytest.raises(CourseError, match="asks no question"):
        practice.answer(TINY, "nowhere", "1")


def test_reset_begins_anew_and_keeps_the_work(practice: Practice) -> None:
    practice.start(TINY)
    (practice.workspace(TINY) / "made").write_text("work")
    practice.record(TINY, "first", PASSED, asked=True)
    practice.answer(TINY, "ask", "This")
    kept = practice.reset(TINY)
    assert kept is not None
    assert (kept / "made").read_text() == "work"
    assert not (practice.workspace(TINY) / "made").exists()
    standing = practice.standing(TINY)
    assert standing.started
    assert standing.achieved == ()
    assert standing.step("ask").first_answer_right is False


def test_a_reset_that_cannot_make_the_folder_anew_changes_nothing(practice: Practice, course_folder: Path) -> None:
    name = practice.start(TINY).values["name"]
    (practice.workspace(TINY) / "made").write_text("work")
    practice.record(TINY, "first", PASSED, asked=True)
    (course_folder / "exercises/venv/tiny/start" / name).touch()  # in the way of a folder that is called so
    with pytest.raises(CourseError, match=r"cannot be made.* Nothing was reset"):
        practice.reset(TINY)
    assert (practice.workspace(TINY) / "made").read_text() == "work"
    assert practice.standing(TINY).achieved == ("first",)
    assert not list(practice.home.kept.iterdir())
    assert list(practice.workspace(TINY).parent.iterdir()) == [practice.workspace(TINY)]


def test_a_reset_that_cannot_be_recorded_changes_nothing(practice: Practice) -> None:
    practice.start(TINY)
    (practice.workspace(TINY) / "made").write_text("work")
    practice.store._connection.execute("PRAGMA query_only = ON")  # SQLite says SQLITE_READONLY
    with pytest.raises(CourseError, match=r"cannot be written.* Nothing was reset"):
        practice.reset(TINY)
    assert (practice.workspace(TINY) / "made").read_text() == "work"
    assert not list(practice.home.kept.iterdir())


def test_reset_of_a_step_puts_the_first_files_back(practice: Practice) -> None:
    name = practice.start(TINY).values["name"]
    hello = practice.workspace(TINY) / name / "hello.txt"
    hello.write_text("changed")
    (practice.workspace(TINY) / "mine").write_text("work")
    (practice.workspace(TINY) / "picture.bin").unlink()
    for step in ("first", "ask", "last"):
        practice.record(TINY, step, PASSED, asked=True)
    kept = practice.reset(TINY, "ask")
    assert kept is not None
    assert (kept / name / "hello.txt").read_text() == "changed"
    assert hello.read_text().startswith("Hello")
    assert (practice.workspace(TINY) / "picture.bin").exists()
    assert (practice.workspace(TINY) / "mine").read_text() == "work"
    assert practice.standing(TINY).achieved == ("first",)


def test_reset_of_a_step_undoes_whatever_was_done_to_its_first_files(practice: Practice) -> None:
    """A folder that became a file, a file that became a folder or a link, and permissions."""
    name = practice.start(TINY).values["name"]
    workspace = practice.workspace(TINY)
    hello, picture = workspace / name / "hello.txt", workspace / "picture.bin"
    before = hello.read_text(), hello.stat().st_mode, picture.read_bytes(), hello.parent.stat().st_mode

    def reset() -> Path | None:
        kept = practice.reset(TINY, "first")
        assert before == (hello.read_text(), hello.stat().st_mode, picture.read_bytes(), hello.parent.stat().st_mode)
        assert sorted(path.name for path in workspace.iterdir()) == sorted([name, "picture.bin"])
        return kept

    assert reset() is None
    hello.chmod(0o000)
    assert reset()
    hello.chmod(0o755)
    assert reset()
    hello.parent.chmod(0o500)
    assert reset() is None
    hello.unlink()
    hello.parent.rmdir()
    hello.parent.write_text("work")
    kept = reset()
    assert kept
    assert (kept / name).read_text() == "work"
    hello.unlink()
    hello.parent.rmdir()
    hello.parent.symlink_to(practice.home.kept)
    picture.unlink()
    picture.mkdir()
    (picture / "mine").write_text("work")
    kept = reset()
    assert kept
    assert (kept / name).is_symlink()
    assert (kept / "picture.bin" / "mine").read_text() == "work"


def test_reset_of_a_step_that_stops_halfway_says_where_the_work_is(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = practice.start(TINY).values["name"]
    hello, picture = practice.workspace(TINY) / name / "hello.txt", practice.workspace(TINY) / "picture.bin"
    for path in (hello, picture):
        path.write_text("changed")
    rename = Path.rename

    def fails_in_between(path: Path, target: Path) -> Path:
        if path == picture:
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails_in_between)
    with pytest.raises(CourseError, match="Not all of the first files") as caught:
        practice.reset(TINY, "first")
    [kept] = practice.home.kept.iterdir()
    assert f"kept in {kept}" in caught.value.message
    assert (kept / name / "hello.txt").read_text() == picture.read_text() == "changed"
    assert hello.read_text().startswith("Hello")


def test_dependants_are_found_through_others(practice: Practice) -> None:
    exercise = practice.exercise(TINY)
    assert with_dependants(exercise, "first") == ("first", "ask", "last")
    assert with_dependants(exercise, "last") == ("last",)
    with pytest.raises(CourseError, match="no step `nowhere`"):
        with_dependants(exercise, "nowhere")


def test_a_deleted_workspace_and_one_that_is_a_link(practice: Practice, tmp_path: Path) -> None:
    practice.start(TINY)
    folder = practice.workspace(TINY)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(CourseError, match="is gone") as caught:
        practice.require_started(TINY)
    assert f"coursekit reset {TINY}" in caught.value.what_to_do
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CourseError, match="is a link"):
        practice.require_started(TINY)
    practice.reset(TINY)
    assert not folder.is_symlink()
    assert (tmp_path / "elsewhere").is_dir()


def test_an_unknown_exercise_gets_the_nearest_name(practice: Practice) -> None:
    with pytest.raises(CourseError, match="Did you mean `venv/tiny`"):
        practice.start("venv/tny")


def test_everything_is_there_when_the_student_comes_back(practice: Practice, course_folder: Path) -> None:
    values = practice.start(TINY).values
    practice.record(TINY, "first", PASSED, asked=True)
    with Store.open(practice.home.store) as store:
        later = Practice(read_course(course_folder, lambda: KINDS), store, practice.home)
        assert later.start(TINY).values == values
        assert later.standing(TINY) == practice.standing(TINY)
        assert later.last_exercise() == TINY


def test_values_stay_when_the_content_is_updated(practice: Practice, course_folder: Path) -> None:
    name = practice.start(TINY).values["name"]
    path = course_folder / "exercises/venv/tiny/exercise.yaml"
    path.write_text(
        path.read_text()
        .replace("[ada, bob, cyd, dan]", "[eva]")
        .replace("values:", "values:\n  new: {integer: [7, 7]}")
    )
    assert practice.values(TINY) == {"name": name, "new": "7"}


def test_the_workspace_that_a_folder_lies_in(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "venv/tiny/deep").mkdir(parents=True)
    assert home.exercise_at(tmp_path / "venv/tiny/deep") == TINY
    assert home.exercise_at(tmp_path / "venv/tiny") == TINY
    assert home.exercise_at(tmp_path / "venv") is None
    assert home.exercise_at(tmp_path / ".coursekit/kept/x") is None
    assert home.exercise_at(Path("/")) is None


def test_what_comes_next_is_ahead_and_not_a_question_left_behind(practice: Practice) -> None:
    practice.start(TINY)
    practice.record(TINY, "first", PASSED, asked=True)
    practice.record(TINY, "last", PASSED, asked=True)
    standing = practice.standing(TINY)
    following = [standing.open_after(step) for step in ("first", "last")]
    assert [step and step.outline.id for step in following] == ["ask", "essay"]
    practice.record(TINY, "essay", PASSED, asked=True)
    back = practice.standing(TINY).open_after("essay")
    assert back is not None
    assert back.outline.id == "ask"
