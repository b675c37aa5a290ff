"""A workspace with a real environment in it, and a way to judge a check there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.checks.context import CheckContext
from coursekit.checks.judging import judge
from coursekit.checks.kind import Kind
from coursekit.model.check import Single
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Finding
from coursekit.shell.local import LocalPlace
from coursekit.shell.program import find_program

Look = Callable[..., Finding]


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Look]:
    with LocalPlace(tmp_path) as place:

        def look(settings: Kind, shell: ShellState | None = None, **answers: str) -> Finding:
            context = replace(CheckContext(place), shell=shell, answers=answers, step="ask")
            return judge(Single("any", settings), context)[1][0]

        yield look


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment without pip, made once."""
    folder = tmp_path_factory.mktemp("finished") / "env"
    subprocess.run([str(find_program("python3")), "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


@pytest.fixture
def env(tmp_path: Path, finished: Path) -> Path:
    folder = tmp_path / "env"
    shutil.copytree(finished, folder, symlinks=True)
    return folder
