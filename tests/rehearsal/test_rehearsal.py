"""The author's proof: an exercise that is not as it should be is found out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from coursekit.rehearsal.rehearsal import rehearse
from coursekit.rehearsal.stage import Stage
from coursekit.shell.typist import Typist
from tests.courses import make_course

MISTAKE = "exercises/venv/tiny/wrong/mad.yaml"
GOOD = {
    MISTAKE: "title: Mad\ndo: [{type: touch mad}]\nfails: first\nsays: You wrote mad\n",
    "exercises/venv/tiny/wrong/late.yaml": (
        "title: In the wrong folder\nafter: ask\ndo: [{type: touch again}]\nfails: last\nsays: your shell is in\n"
    ),
}


def complaints(folder: Path, exercise_id: str = "venv/tiny", **replaced: tuple[str, str]) -> list[str]:
    """What a rehearsal complains of after texts were replaced in the exercise's files, named by their stem."""
    course = make_course(folder / "course", **GOOD)
    for stem, (old, new) in replaced.items():
        [path] = [path for path in (course / "exercises" / exercise_id).rglob("*.yaml") if path.stem == stem]
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    said: list[str] = []
    return rehearse(course, exercise_id, said.append).complaints


def test_a_sound_exercise(tmp_path: Path) -> None:
    assert complaints(tmp_path) == []


def test_a_step_that_is_watched_is_waited_for(tmp_path: Path) -> None:
    late = ("touch made", "(sleep 1; touch made) &")
    watched = ("check: {file: made}", "watch: 0.1s\n    check: {file: made}")
    assert complaints(tmp_path / "watched", exercise=watched, solution=late) == []
    later = ("touch made", "(sleep 5; touch made) &")
    assert any("step first" in complaint for complaint in complaints(tmp_path / "plain", solution=later))


def test_questions_of_every_form(tmp_path: Path) -> None:
    assert complaints(tmp_path, "venv/asking") == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"exercise": ("check: {file: made}", "check: {not: {file: made}}")}, "first"),
        ({"exercise": ("check: {file: made}", "check: {file: below/hello.txt}")}, "first"),
        ({"solution": ("touch made", "touch mode")}, "first"),
        ({"solution": ("cd below && ", "")}, "last"),
        ({"solution": ("touch ../again", "touch ../again; rm ../made")}, "first"),
        ({"mad": ("touch mad", "touch made")}, "wrong/mad"),
        ({"mad": ("You wrote mad", "You wrote something else")}, "wrong/mad"),
        ({"late": ("touch again", "cd below; touch ../again")}, "wrong/late"),
    ],
)
def test_what_is_not_as_it_should_be(tmp_path: Path, fault: dict[str, tuple[str, str]], said: str) -> None:
    if "solution" in fault and "rm ../made" in fault["solution"][1]:
        fault = fault | {"exercise": ("check: {file: made}", "must_hold: end\n    check: {file: made}")}
    found = complaints(tmp_path, **fault)
    assert found
    assert any(said in complaint for complaint in found), found


def test_a_command_that_never_ends_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.errors import CourseError
    from coursekit.rehearsal import stage

    monkeypatch.setattr(stage, "LONGEST_COMMAND", 1.0)
    with pytest.raises(CourseError, match="without the end of `sleep 600`"):
        complaints(tmp_path, solution=("touch made", "sleep 600"))


def test_a_shell_that_does_not_answer_at_the_beginning_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard of every test sees its processes; here are its files."""
    course = make_course(tmp_path / "course", **GOOD)
    for target in (Stage, Typist):
        with monkeypatch.context() as patch:
            patch.setattr(target, "snapshot", lambda *_: pytest.fail("nothing is answered"))
            with pytest.raises(pytest.fail.Exception):
                rehearse(course, "venv/tiny", lambda _: None)
        assert not list(Path(tempfile.gettempdir()).glob("coursekit-rehearsal-*"))
