"""A practice with a tiny course of its own, in a home of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.checks import KINDS
from coursekit.course.outline import read_course
from coursekit.practice.home import Home
from coursekit.practice.practice import Practice
from coursekit.progress.store import Store
from tests.technologies.hypervisor.conftest import accelerator, guest, here, image, prepared

__all__ = ["accelerator", "guest", "here", "image", "prepared"]
"""Fixtures that stand elsewhere."""

_FILES = {
    "labs/course.yaml": 'title: A course\nversion: "1"\nlabs: [one]\n',
    "labs/one/lab.yaml": """\
        title: Lab
        summary: In short.
        minutes: 5
        items:
          - exercise: venv/tiny
        """,
    "exercises/venv/tiny/exercise.yaml": """\
        title: Tiny
        summary: Hardly anything.
        minutes: 1
        values:
          name: {choose: [ada, bob, cyd, dan]}
        steps:
          - id: first
            title: Make it
            points: 4
            check: {file: made}
            hints: [Look., {text: "Closer.", cost: 1}, {text: "Type it.", cost: 2}]
          - id: ask
            title: Say why
            points: 2
            needs: [first]
            check:
              question:
                ask: Why?
                choices:
                  - {text: This, because: Not this., right: false}
                  - {text: That, because: Just so., right: true}
          - id: last
            title: Again
            points: 1
            needs: [ask]
            check: {file: again}
          - id: essay
            title: Argue
            points: 3
            check: {question: {ask: "Why?", essay: [names a reason], words: 3}}
        """,
    "exercises/venv/tiny/guide.md": (
        "# Tiny\n\nHi {name}.\n\n## first\n\nA.\n\n## ask\n\nB.\n\n## last\n\nC.\n\n## essay\n\nD.\n"
    ),
    "exercises/venv/tiny/start/{name}/hello.txt": "Hello {name}, ${name}.\n",
}


@pytest.fixture
def course_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    (folder / "exercises/venv/tiny/start/picture.bin").write_bytes(b"\xff{name}\x00")
    return folder


@pytest.fixture
def practice(tmp_path: Path, course_folder: Path) -> Iterator[Practice]:
    home = Home(tmp_path / "home")
    with Store.open(home.store) as store:
        yield Practice(read_course(course_folder, lambda: KINDS), store, home)
