"""The images and packages that content names: read, expanded for every student, and wrong in every way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.course.exercises import read_exercise
from coursekit.course.outline import read_course
from coursekit.course.problems import ContentError
from coursekit.course.wanted import Wanted, wanted_by
from coursekit.errors import CourseError
from coursekit.model.course import BaseImage
from coursekit.supplies.needed import choose_labs, needed

Write = Callable[[str, str], Path]
COURSE = "labs/course.yaml"
EXERCISE = "exercises/venv/tiny/exercise.yaml"


@pytest.fixture
def course(course: Path, write: Write) -> Path:
    write(
        COURSE,
        """\
        title: A course
        version: "1"
        labs: [one]
        images:
          python:3.11-slim: [local, bundle, registry]
          busybox:1.36: {from: [registry], download: 2 MB}
          registry.example.org:5000/deep/thing:1: [local]
        """,
    )
    return course


@pytest.fixture
def say(course: Path) -> Callable[..., Path]:
    """Put keys into the tiny exercise."""

    def say(images: str = "[]", packages: str = "[]") -> Path:
        path = course / EXERCISE
        text = path.read_text()
        values = 'values:\n  v: {choose: ["1.0", "2.0"]}\n  w: {choose: [a, b]}\n  n: {integer: [1, 9]}\n'
        head, _, rest = text.partition("steps:\n")
        head = head.partition("values:")[0]
        path.write_text(f"{head}{values}images: {images}\npackages: {packages}\nsteps:\n{rest}")
        return course

    return say


def test_the_images_of_a_course(course: Path, kinds: dict[str, type]) -> None:
    images = read_course(course, lambda: kinds).images
    assert images["busybox:1.36"] == BaseImage("busybox:1.36", ("registry",), "2 MB")
    assert images["python:3.11-slim"].sources == ("local", "bundle", "registry")
    assert str(images["busybox:1.36"]) == "busybox:1.36 (about 2 MB to download)"
    assert list(images)[2] == "registry.example.org:5000/deep/thing:1"


def test_what_an_exercise_wants(say: Callable[..., Path], kinds: dict[str, type]) -> None:
    course = say('["busybox:1.36"]', '["one=={v}", "two[x]=={v}", "a-{w}", three]')
    exercise = read_exercise(course, "venv/tiny", kinds=kinds, values={"v": "2.0", "w": "b", "n": "3"})
    assert exercise.images == ("busybox:1.36",)
    assert exercise.packages == ("one==2.0", "two[x]==2.0", "a-b", "three")
    every = ("one==1.0", "one==2.0", "two[x]==1.0", "two[x]==2.0", "a-a", "a-b", "three")
    assert wanted_by(course, "venv/tiny") == Wanted(("busybox:1.36",), every)
    outline = read_course(course, lambda: kinds)
    wanted = needed(outline, choose_labs(outline, ["venv/tiny"]))
    assert wanted.labs == ("one",)
    assert [image.name for image in wanted.images] == ["busybox:1.36"]
    assert wanted.packages == every
    assert wanted.inside == {"busybox:1.36": every}
    with pytest.raises(CourseError, match=r"There is no lab `oen`\. Did you mean `one`\?"):
        choose_labs(outline, ["oen"])


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"images": "python"}, "`images` should be a list"),
        ({"images": '["pyhton:3.11-slim"]'}, "is not named in labs/course.yaml. Did you mean `python:3.11-slim`?"),
        ({"images": "[3]"}, "the number 3 is not named in labs/course.yaml"),
        ({"images": "[[busybox]]"}, "a list is not named in labs/course.yaml"),
        ({"packages": "tabulate"}, "`packages` should be a list"),
        ({"packages": "[3]"}, "should be a package such as `tabulate==0.9.0`, not the number 3"),
        ({"packages": '["one=={vv}"]'}, "`{vv}` is not a value. Did you mean `v`?"),
        ({"packages": '["one=={n}"]'}, "`{n}` should be drawn with `choose`"),
        ({"packages": '["--index-url=http://x"]'}, "should be a package"),
        ({"packages": '["-r requirements.txt"]'}, "should be a package"),
        ({"packages": '["./local"]'}, "should be a package"),
        ({"packages": '["one @ https://x/one.whl"]'}, "should be a package"),
        ({"packages": '["one>=1"]'}, "should be a package"),
        ({"packages": '["one==1 two"]'}, "should be a package"),
        ({"packages": '["one==1; true"]'}, "should be a package"),
        ({"packages": "[one\\n]"}, "should be a package"),
        ({"packages": '[""]'}, "should be a package"),
    ],
)
def test_mistakes_in_an_exercise(
    say: Callable[..., Path], kinds: dict[str, type], keys: dict[str, str], said: str
) -> None:
    course = say(**keys)
    with pytest.raises(ContentError) as caught:
        read_exercise(course, "venv/tiny", kinds=kinds)
    assert any(said in str(problem) for problem in caught.value.problems), str(caught.value)
    with pytest.raises(ContentError):
        wanted_by(course, "venv/tiny")


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ("[python]", "`images` should be a mapping"),
        ("{python: [local]}", "`python`: should be an image with its tag"),
        ("{'--privileged:1': [local]}", "should be an image with its tag"),
        ("{'python:3.11': local}", "should be a mapping"),
        ("{'python:3.11': []}", "should be a list of sources in order, out of `local`, `bundle`, `registry`"),
        ("{'python:3.11': {}}", "the sources should be a list, not nothing"),
        ("{'python:3.11': [regsitry]}", "Did you mean `registry`?"),
        ("{'python:3.11': [[]]}", "should be one of `local`, `bundle`, `registry`"),
        ("{'python:3.11': [local, local]}", "`local` stands here twice"),
        ("{'python:3.11': {from: [local], downlaod: 3 MB}}", "Did you mean `download`?"),
        ("{'python:3.11': {from: [local], download: 3}}", "should be a size such as `50 MB`"),
        ("{'python:3.11': {from: [local], download: much}}", "should be a size such as `50 MB`"),
    ],
)
def test_mistakes_in_a_course(course: Path, write: Write, kinds: dict[str, type], images: str, said: str) -> None:
    write(COURSE, f'title: A course\nversion: "1"\nlabs: [one]\nimages: {images}\n')
    with pytest.raises(ContentError) as caught:
        read_course(course, lambda: kinds)
    assert any(said in str(problem) and COURSE in str(problem) for problem in caught.value.problems), str(caught.value)
