"""What the tests of technologies share: a place on this machine, and small programs that answer as a tool does."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coursekit.shell.local import LocalPlace

Answering = Callable[[Path, str], Path]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[LocalPlace]:
    root = tmp_path / "place"
    root.mkdir()
    with LocalPlace(root) as local:
        yield local


@pytest.fixture
def answering() -> Answering:
    """Make a program that prints a text, whatever it is asked."""

    def make(path: Path, said: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nprintf '%s\\n' {shlex.quote(said)}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without anything, and a shell that knows neither conda nor mamba."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("SHELL", "/bin/zsh")
    for name in ("CONDA_EXE", "MAMBA_EXE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    return folder
