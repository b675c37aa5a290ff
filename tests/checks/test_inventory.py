"""The inventory of a machine whose tools do not all answer: what cannot be known is neither right nor wrong."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CustomCheck
from coursekit.checks.judging import judge
from coursekit.model.check import Single
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome
from coursekit.shell.local import LocalPlace
from coursekit.technologies import asking

EXERCISE = Path(__file__).resolve().parents[2] / "exercises" / "machine" / "inventory"
NAMES = ("git", "virtualenv", "conda", "mamba", "micromamba", "docker", "podman", "qemu-img")
SILENT = "#!/bin/sh\nread line < {waiting}\n"
"""Waits for what nobody writes."""
REFUSES = "#!/bin/sh\necho 'pyenv: python3: command not found' >&2\nexit 127\n"
ANSWERS = "#!/bin/sh\necho Python 3.12.1\n"


@pytest.mark.parametrize(
    ("python", "line", "outcome"),
    [
        (ANSWERS, "3.12.1", Outcome.PASSED),
        (ANSWERS, "3.1", Outcome.FAILED),
        (ANSWERS, "missing", Outcome.FAILED),
        (SILENT, "3.12.1", Outcome.ERROR),
        (SILENT, "missing", Outcome.ERROR),
        (REFUSES, "3.12.1", Outcome.ERROR),
        (REFUSES, "missing", Outcome.PASSED),
        (None, "3.12.1", Outcome.FAILED),
        (None, "missing", Outcome.PASSED),
    ],
)
def test_a_tool_that_does_not_say_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str | None, line: str, outcome: Outcome
) -> None:
    monkeypatch.setattr(asking, "_SECONDS", 0.5)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "bin"
    folder.mkdir()
    os.mkfifo(tmp_path / "waiting")
    if python is not None:
        (folder / "python3").write_text(python.format(waiting=tmp_path / "waiting"))
        (folder / "python3").chmod(0o755)
    (tmp_path / "list.txt").write_text(f"python3 {line}\n" + "".join(f"{name} missing\n" for name in NAMES))
    shell = ShellState(cwd=str(tmp_path), variables={"PATH": str(folder)})
    with LocalPlace(tmp_path) as place:
        context = replace(CheckContext(place), values={"file": "list.txt"}, shell=shell, exercise=str(EXERCISE))
        found, findings = judge(Single("custom", CustomCheck("inventory")), context)
    assert found is outcome, findings
