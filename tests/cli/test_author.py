"""The tools of an author, used as CONTRIBUTING.md says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.courses import make_course

ROOT = Path(__file__).resolve().parent.parent.parent
COURSES = (ROOT, ROOT / "tests" / "another_course")


def run(course: Path, *words: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "coursekit", "--course", str(course), "author", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_new_exercise_works_once_its_two_blanks_are_filled(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    assert "- exercise: venv/hello" in run(course, "new", "venv/hello")
    lab = course / "labs/one/lab.yaml"
    lab.write_text(lab.read_text() + "  - exercise: venv/hello\n")
    path = course / "exercises/venv/hello/exercise.yaml"
    text = path.read_text()
    said = subprocess.run(
        [sys.executable, "-m", "coursekit", "--course", str(course), "author", "test", "venv/hello"],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 2
    assert "exercise.yaml:2:" in said.stderr
    assert "exercise.yaml:3:" in said.stderr
    text = text.replace("title:      #", "title: Say hello #").replace("summary:    #", "summary: In a file. #")
    path.write_text(text)
    assert "1 exercise, 2 steps, 0 other ways, 4 typical mistakes, 4 diagnoses: all as it should be." in run(
        course, "test", "venv/hello"
    )
    assert "1 exercise: 0 complaints." in run(course, "lint", "venv/hello")
    assert "Step 2, alone" in run(course, "preview", "venv/hello")


@pytest.mark.parametrize("name", ["hello", "Venv/Hello", "venv/../../x", "venv/tiny"])
def test_a_name_that_cannot_be(tmp_path: Path, name: str) -> None:
    run(make_course(tmp_path), "new", name, code=2)


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("exercise", "exercises/*/*/exercise.yaml"),
        ("solution", "exercises/*/*/solution.yaml"),
        ("wrong", "exercises/*/*/wrong/*.yaml"),
        ("lab", "labs/*/lab.yaml"),
        ("course", "labs/course.yaml"),
    ],
)
def test_the_schema_fits_what_is_there_and_nothing_else(tmp_path: Path, file: str, pattern: str) -> None:
    schema = json.loads(run(ROOT, "schema", file))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    paths = [path for course in (*COURSES, make_course(tmp_path)) for path in course.glob(pattern)]
    assert paths or file == "wrong"
    for path in paths:
        data = yaml.safe_load(path.read_text())
        assert list(validator.iter_errors(data)) == [], path
        if file != "solution":
            assert list(validator.iter_errors(data | {"titel": "x"}))
    assert list(validator.iter_errors({"steps": [{"id": "A B"}]}))


LINT = {
    "exercise": [
        ("learned: What {name} makes stays made, as `ls` tells.", "", "`learned` is missing"),
        ("as `ls` tells.", "as `ls` tells. One. Two. Three.", "`learned` has 4 sentences"),
        ("choose: [ada]}", "choose: [ada]}\n  spare: {integer: [1, 2]}", "the value `spare` is drawn and never used"),
        ("hints: [Look.,", "hints: [Make it.,", "hint 1 says nothing new"),
        ('{text: "Closer.", cost: 1}, {text: "Type `touch made`.", cost: 2}', "Closer.", "2 of 3 levels of hints"),
        ("cost: 2}", "cost: 9}", "the hints cost more"),
        ("{file: made}", "{file: {path: made, matches: '^x'}}", "step first: `matches` in `file` needs words"),
        ("You wrote mad, not made.", "You wrote it wrongly.", "proves diagnosis 1"),
    ],
    "guide": [
        ("Hello {name}.", "Hello {nane}.", "guide.md:3: {nane} is not a value. Did you mean `name`?"),
        ("## ask", "## aks", "is not the id of a step. Did you mean `ask`?"),
    ],
    "solution": [("answer: So", "answer: This", "does not answer its question rightly")],
}


@pytest.mark.parametrize(
    ("stem", "old", "new", "said"), [(stem, *fault) for stem, faults in LINT.items() for fault in faults]
)
def test_lint_finds(tmp_path: Path, stem: str, old: str, new: str, said: str) -> None:
    course = make_course(tmp_path)
    [path] = [path for path in (course / "exercises/venv/tiny").iterdir() if path.stem == stem]
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert said in run(course, "lint", "venv/tiny", code=2)


def test_lint_finds_what_is_common_to_small_exercises(tmp_path: Path) -> None:
    said = run(make_course(tmp_path), "lint", "venv/tiny", code=2)
    assert "venv/tiny: 1 of 4 diagnoses" in said
    assert "the last step is worth less than 40% of the points" in said
    assert "the guide of the last step prints commands" in said


def test_lint_finds_what_a_class_bundle_would_lack(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    path = course / "exercises/venv/tiny/exercise.yaml"
    checks = (
        '{all: [{package: {environment: e, name: Two_Words, version: "2.0"}}, {package: {environment: e, name: one}}, '
        '{not: {package: {environment: e, name: none}}}, {container: {name: c, image: "busybox:1.36"}}, '
        '{image: {name: i, base: "mine:1"}}]}'
    )
    path.write_text(path.read_text().replace("{file: made}", checks))
    solution = path.with_name("solution.yaml")
    solution.write_text(solution.read_text().replace("touch made", "printf 'a==1\\nb==2' > r; pip install c"))
    said = run(course, "lint", "venv/tiny", code=2)
    for package in ("two-words==2.0", "one", "a==1", "b==2"):
        assert f"venv/tiny: it needs {package}, which `packages` does not name" in said
    assert "needs none" not in said
    for image in ("busybox:1.36", "mine:1"):
        assert f"venv/tiny: it needs the image {image}, which neither `images` nor `makes` names" in said
    named = 'makes: [{image: "mine:1"}]\nimages: ["busybox:1.36"]\npackages: ["two.words==2.0", "one==1", a==1, b==2]\n'
    path.write_text(path.read_text().replace("steps:\n", f"{named}steps:\n", 1))
    outline = course / "labs/course.yaml"
    outline.write_text(outline.read_text() + "images: {'busybox:1.36': [registry]}\n")
    assert "it needs" not in run(course, "lint", "venv/tiny", code=2)


def test_lint_finds_an_exercise_that_no_lab_names(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    run(course, "new", "venv/lost")
    assert "exercises/venv/lost: no lab names this exercise" in run(course, "lint", code=2)


def test_the_course_itself_has_nothing_to_complain_of() -> None:
    assert "0 complaints" in run(ROOT, "lint")


def test_several_exercises_at_once_say_the_same(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    words = ("test", "venv/tiny", "venv/asking")
    one, two = (
        re.sub(r"[\d.]+ s\b", "", run(course, *words, "--jobs", jobs)) for jobs in ("1", "2")
    )  # the seconds differ
    assert one == two
    assert "2 exercises, 8 steps, 0 other ways, 0 typical mistakes, 1 diagnosis: all as it should be." in one


def test_what_cannot_be_tested_here_is_said_and_the_rest_is_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_course(tmp_path)
    path = course / "exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("steps:\n", "makes: [{container: ckt-author}]\nsteps:\n", 1))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    said = run(course, "test", "venv/tiny", "venv/asking", "--all", code=3)
    assert "venv/tiny:\n  NOT HERE  venv/tiny cannot be played here. No container engine answers" in said
    assert "1 exercise, 5 steps, 0 other ways, 0 typical mistakes, 0 diagnoses: all as it should be." in said
    assert said.endswith("1 exercise could not be tested here.\n")
    assert "all as it should be" not in run(course, "test", "venv/tiny", "--all", code=3)


def test_a_name_of_nothing_beside_a_name_is_no_exercise_tested(tmp_path: Path) -> None:
    assert run(make_course(tmp_path), "test", "venv/tiny", "venv/askin", code=2) == ""
