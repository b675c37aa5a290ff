"""Every mistake in a file is reported at once: where it stands, what is wrong, what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.checks import KINDS
from coursekit.course.exercises import read_exercise
from coursekit.course.outline import read_course
from coursekit.course.problems import ContentError
from coursekit.course.solutions import read_mistakes, read_solution
from coursekit.errors import ExitCode

Write = Callable[[str, str], Path]
EXERCISE = "exercises/venv/tiny/exercise.yaml"


def complaints(course: Path, kinds: dict[str, type]) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read_exercise(course, "venv/tiny", kinds=kinds)
    assert caught.value.exit_code is ExitCode.USAGE
    return [str(problem) for problem in caught.value.problems]


def test_all_mistakes_of_an_exercise_at_once(course: Path, write: Write, kinds: dict[str, type]) -> None:
    write(
        EXERCISE,
        """\
        title: 3.11
        summary: s
        minutes: 15
        values:
          env: {choose: [env, My Env]}
          n: {intger: [1, 2]}
        stpes: 3
        steps:
          - id: first
            title: Make {env}
            points: two
            pionts: 3
            hints: [a, {txt: b}]
            must_hold: {until: look}
            check:
              all:
                - file: {path: "{env}", kindd: x, kind: foldr}
                - fil: x
          - id: first
            title: X
            points: 1
            points: 2
            needs: [frist]
            limit: 20 parsecs
            check: {not: {file: a}}
        """,
    )
    found = complaints(course, kinds)
    expected = [
        f"{EXERCISE}:1:8: `title` should be a text, not the number 3.11; put it in quotes",
        f"{EXERCISE}:5:23: `My Env`: a value is made of a-z",
        f"{EXERCISE}:6:6: should have one key, `choose`, `integer`, `port`, `emulator`. Did you mean `integer`?",
        f"{EXERCISE}:7:1: unknown key `stpes`; allowed: `title`, `summary`, `minutes`, `learned`, `values`, `makes`,",
        f"{EXERCISE}:11:13: `points` should be a whole number, not the text `two`",
        f"{EXERCISE}:12:5: unknown key `pionts`",
        f"{EXERCISE}:13:16: `text` is missing",
        f"{EXERCISE}:14:16: `look` is not a later step.",
        f"{EXERCISE}:17:33: unknown key `kindd`; allowed: `path`, `kind`. Did you mean `kind`?",
        f"{EXERCISE}:17:49: `kind` should be one of `file`, `folder`, not the text `foldr`. Did you mean `folder`?",
        f"{EXERCISE}:18:11: unknown kind `fil`; allowed: `file`, `all`, `any`, `not`, `inside`. Did you mean `file`?",
        f"{EXERCISE}:19:9: two steps have the id `first`",
        f"{EXERCISE}:22:5: the key `points` stands here twice",
        f"{EXERCISE}:23:13: `frist` is not an earlier step. Did you mean `first`?",
        f"{EXERCISE}:24:12: should be a time such as `20s` or `2min`, not the text `20 parsecs`",
        "exercises/venv/tiny/guide.md:12:1: `## second` is not the id of a step.",
    ]
    for text in expected:
        assert any(line.startswith(text) for line in found), f"{text}\nnot in\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title: [", "is not valid YAML"),
        ("title: a: b", 'a text that holds ": " must stand in quotes'),
        ("title: a\nsteps:\n\t- id: a", "YAML wants spaces, not tabs"),
        ("", "this file is empty"),
        ("- a", "this file should be a mapping"),
        ("a: &x [1]\nb: *x", "`&` and `*` are not allowed"),
        ("a: !!python/object:os.system x", "is not valid YAML"),
        ("title: \x00", "is not valid YAML"),
        ("<<: {a: 1}", "a key must be a plain word"),
        ("? [a]\n: b", "a key must be a plain word"),
    ],
)
def test_broken_yaml(course: Path, write: Write, kinds: dict[str, type], text: str, complaint: str) -> None:
    write(EXERCISE, text)
    assert any(complaint in line for line in complaints(course, kinds))


def test_invalid_utf8_and_a_huge_file(course: Path, kinds: dict[str, type]) -> None:
    path = course / EXERCISE
    path.write_bytes(b"title: \xff\xfe")
    assert any("cannot be read" in line for line in complaints(course, kinds))
    path.write_bytes(b"# " + b"x" * 1_000_001)
    assert any("is larger than 1000 kB" in line for line in complaints(course, kinds))


def test_nested_aliases_do_not_unfold(course: Path, write: Write, kinds: dict[str, type]) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    write(EXERCISE, "\n".join(lines))
    assert any("not allowed in content" in line for line in complaints(course, kinds))


@pytest.mark.parametrize(
    ("guide", "complaint"),
    [
        ("# T\n\n## first\n\nA.\n", "guide.md:1:1: the section `## second` is missing"),
        ("# T\n\n## first\n\n## second\n\nB.\n", "guide.md:1:1: the section `## first` is empty"),
        ("# T\n\n## second\n\nB.\n\n## first\n\nA.\n", "guide.md:7:1: `## first` should stand before `## second`"),
        (
            "## first\nA\n## second\nB\n## secund\nC\n",
            "guide.md:5:1: `## secund` is not the id of a step. Did you mean",
        ),
        ("## first\nA\n## first\nA\n## second\nB\n", "guide.md:3:1: a second section `## first`"),
    ],
)
def test_the_guide_has_one_section_per_step(
    course: Path, write: Write, kinds: dict[str, type], guide: str, complaint: str
) -> None:
    write("exercises/venv/tiny/guide.md", guide)
    assert any(complaint in line for line in complaints(course, kinds))


def test_mistakes_in_every_file_of_the_map(course: Path, write: Write) -> None:
    write("labs/course.yaml", "title: T\nversion: 1.0\nlabs: [one]\nextra: 1\n")
    write(
        "labs/one/lab.yaml",
        "title: L\nminutes: soon\nitems:\n - page: gone\n - exercise: venv/tny\n - exercise: venv/tiny\n",
    )
    write(EXERCISE, "title: X\ntitle: Y\n")
    with pytest.raises(ContentError) as caught:
        read_course(course, lambda: KINDS)
    text = str(caught.value)
    for complaint in [
        "labs/course.yaml:2:10: `version` should be a text, not the number 1.0; put it in quotes",
        "labs/course.yaml:4:1: unknown key `extra`",
        "labs/one/lab.yaml:1:1: `summary` is missing",
        "labs/one/lab.yaml:2:10: `minutes` should be a whole number, not the text `soon`",
        "labs/one/lab.yaml:4:4: the page labs/one/gone.md cannot be read",
        "labs/one/lab.yaml:5:4: there is no folder exercises/venv/tny. Did you mean `venv/tiny`?",
        f"{EXERCISE}:2:1: the key `title` stands here twice",
    ]:
        assert complaint in text, text


def test_mistakes_in_solution_and_wrong(course: Path, write: Write, kinds: dict[str, type]) -> None:
    exercise = read_exercise(course, "venv/tiny", kinds=kinds)
    write("exercises/venv/tiny/solution.yaml", "frist:\n  - type: x\nsecond:\n  - tpe: x\n")
    with pytest.raises(ContentError) as caught:
        read_solution(exercise)
    assert "solution.yaml:1:1: `frist` is not the id of a step. Did you mean `first`?" in str(caught.value)
    assert "solution.yaml:4:5: should be `type: COMMAND`" in str(caught.value)
    assert "the solution of the step `first` is missing" in str(caught.value)
    write("exercises/venv/tiny/wrong/a.yaml", "title: A\ndo: []\nfails: thrid\nsay: x\n")
    write("exercises/venv/tiny/wrong/b.yaml", "do: [{answer: yes it is}]\nfails: first\nsays: x\ntitle: B\n")
    with pytest.raises(ContentError) as caught:
        read_mistakes(exercise)
    for complaint in [
        "wrong/a.yaml:3:8: `thrid` is not the id of a step.",
        "wrong/a.yaml:4:1: unknown key `say`; allowed: `title`, `after`, `do`, `fails`, `says`. Did you mean `says`?",
        "wrong/b.yaml:1:15: the step `first` asks no question",
    ]:
        assert complaint in str(caught.value), str(caught.value)
