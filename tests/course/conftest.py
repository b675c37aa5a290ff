"""A tiny course on disk, and kinds of check that do nothing but be read."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest


@dataclass(frozen=True)
class FileKind:
    """Stands for any kind of check: reading needs no more of one than its fields."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    shorthand: ClassVar[str] = "path"

    path: str
    kind: Literal["file", "folder"] = "file"


@pytest.fixture
def kinds() -> dict[str, type]:
    return {"file": FileKind}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def course(tmp_path: Path, write: Callable[[str, str], Path]) -> Path:
    write("labs/course.yaml", 'title: A course\nversion: "1"\nlabs: [one]\n')
    write(
        "labs/one/lab.yaml",
        """\
        title: First lab
        summary: In short.
        minutes: 5
        items:
          - page: story
          - exercise: venv/tiny
        """,
    )
    write("labs/one/story.md", "# The story\n\nOnce.\n")
    write(
        "exercises/venv/tiny/exercise.yaml",
        """\
        title: Tiny
        summary: Hardly anything.
        learned: Why {env}.
        minutes: 1
        values:
          env: {choose: [env, venv]}
          number: {integer: [10, 99]}
        steps:
          - id: first
            title: Make {env}
            points: 2
            must_hold: {until: second}
            check: {file: "{env}"}
            hints: [Look., {text: "Type it.", cost: 1}]
            diagnose:
              - when: {file: {path: other, kind: folder}}
                say: "Not {observed}."
          - id: second
            title: Again
            points: 3
            needs: [first]
            limit: 2min
            check: {all: [{file: a}, {not: {file: b}}, {any: [{file: c}, {file: d}]}]}
        """,
    )
    write(
        "exercises/venv/tiny/guide.md",
        "# Tiny\n\nHello {env}, ${env}, {{env}}, {other}.\n\n## first\n\n```sh\ntouch {env}\n## not a section\n```\n\n"
        "## second\n\nGo on.\n",
    )
    write(
        "exercises/venv/tiny/solution.yaml",
        "first:\n  - {type: 'touch {env}', note: so}\nsecond:\n  - type: touch a c\n",
    )
    write(
        "exercises/venv/tiny/wrong/other.yaml",
        "title: Other\nafter: first\ndo:\n  - type: mkdir other\nfails: second\nsays: 'is there'\n",
    )
    return tmp_path
