"""A sound course is read whole, and each value of a student is the same everywhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.checks import KINDS
from coursekit.course.exercises import content_hash, draw_values, read_exercise
from coursekit.course.guide import commands
from coursekit.course.locate import find_course
from coursekit.course.outline import read_course
from coursekit.course.problems import ContentError
from coursekit.course.solutions import read_mistakes, read_solution
from coursekit.errors import CourseError
from coursekit.model.check import All, AnyOf, Not, Single, singles
from coursekit.model.course import Page
from coursekit.model.solution import Type
from tests.courses import make_course

Write = Callable[[str, str], Path]


def test_the_map_holds_labs_pages_and_exercises_in_order(course: Path) -> None:
    read = read_course(course, lambda: KINDS)
    [lab] = read.labs
    page, exercise = lab.items
    assert isinstance(page, Page)
    assert page.title == "The story"
    assert exercise in read.exercises
    assert [(step.id, step.points) for step in read.exercises[0].steps] == [("first", 2), ("second", 3)]
    assert read.exercises[0].points == 5


def test_values_are_filled_in_everywhere_and_nowhere_else(course: Path, kinds: dict[str, type]) -> None:
    exercise = read_exercise(course, "venv/tiny", kinds=kinds, values={"env": "venv", "number": "12"})
    assert exercise.learned == "Why venv."
    assert exercise.introduction == "Hello venv, ${env}, {{env}}, {other}."
    assert exercise.steps[0].title == "Make venv"
    assert commands(exercise.steps[0].guide) == ("touch venv", "## not a section")
    assert next(singles(exercise.steps[0].check)).settings.path == "venv"
    assert exercise.steps[0].diagnose[0].say == "Not {observed}."
    assert read_solution(exercise).steps[0][1] == (Type("touch venv", "so"),)
    assert read_mistakes(exercise)[0].after == "first"


def test_a_check_combines(course: Path, kinds: dict[str, type]) -> None:
    check = read_exercise(course, "venv/tiny", kinds=kinds).step("second").check
    match check:
        case All((Single("file"), Not(Single("file")), AnyOf((Single("file"), Single("file"))))):
            pass
        case _:
            pytest.fail(f"not as written: {check}")
    assert read_exercise(course, "venv/tiny", kinds=kinds).step("second").limit == 120


def test_a_draw_depends_on_seed_exercise_and_name_alone(course: Path, write: Write) -> None:
    before = {seed: draw_values(course, "venv/tiny", bytes([seed]) * 32) for seed in range(40)}
    assert len({values["env"] for values in before.values()}) == 2
    assert len({values["number"] for values in before.values()}) > 10
    assert all(10 <= int(values["number"]) <= 99 for values in before.values())
    path = course / "exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("values:\n", "values:\n  added: {choose: [x, y, z]}\n"))
    after = {seed: draw_values(course, "venv/tiny", bytes([seed]) * 32) for seed in range(40)}
    assert {seed: values | {"added": after[seed]["added"]} for seed, values in before.items()} == after


def test_the_content_hash_sees_every_file(course: Path) -> None:
    folder = course / "exercises/venv/tiny"
    first = content_hash(folder)
    (folder / "start").mkdir()
    (folder / "start" / "a").write_text("")
    second = content_hash(folder)
    (folder / "start" / "a").rename(folder / "start" / "b")
    assert len({first, second, content_hash(folder)}) == 3


def test_a_course_is_found_or_its_absence_is_said(course: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert find_course(course) == course
    assert (find_course() / "labs" / "course.yaml").is_file()
    with pytest.raises(CourseError, match=r"labs/course.yaml is missing"):
        find_course(tmp_path_factory.mktemp("empty"))


def test_a_missing_exercise_is_a_content_error(course: Path, kinds: dict[str, type]) -> None:
    shutil.rmtree(course / "exercises/venv/tiny")
    with pytest.raises(ContentError, match="this file is missing"):
        read_exercise(course, "venv/tiny", kinds=kinds)
    with pytest.raises(ContentError, match="no folder exercises/venv/tiny"):
        read_course(course, lambda: KINDS)


def test_choices_stand_in_an_order_that_depends_on_the_student(tmp_path: Path) -> None:
    course = make_course(tmp_path)

    def order(name: str) -> tuple[str, ...]:
        exercise = read_exercise(course, "venv/tiny", kinds=KINDS, values={"name": name})
        question = exercise.step("ask").question
        assert question is not None
        return tuple(choice.text for choice in question.choices)

    students = [f"student-{number}" for number in range(40)]
    assert [order(name) for name in students] == [order(name) for name in students]
    assert {order(name) for name in students} == {("This", "So"), ("So", "This")}
