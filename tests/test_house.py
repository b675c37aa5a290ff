"""The rules of the house: style, types, and walls between the floors."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.practice.opening import open_course

ROOT = Path(__file__).resolve().parent.parent


def run(*words: str, code: int = 0) -> str:
    """Run a Python tool in the repository; gives what it says."""
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_style() -> None:
    run("-m", "ruff", "check", ".")
    run("-m", "ruff", "format", "--check", ".")


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_types(system: str) -> None:
    assert "no issues found" in run("-m", "mypy", "--platform", system)


def test_walls() -> None:
    assert "0 broken" in run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")


BREACHES = {
    "model/verdict.py": "coursekit.course.values",
    "cli/output.py": "textual",
    "app/automatic.py": "yaml",
    "checks/file.py": "subprocess",
    "practice/home.py": "sqlite3",
    "practice/made.py": "docker",
}


def test_each_wall_sees_its_breach(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "coursekit", tmp_path / "coursekit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, forbidden in BREACHES.items():
        with (tmp_path / "coursekit" / name).open("a") as file:
            file.write(f"\nimport {forbidden}\n")
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{len(BREACHES)} broken" in done.stdout


LIGHT = {
    "coursekit.__main__": ("click", "textual", "pydantic", "yaml", "pexpect"),
    "coursekit.supervisor.supervisor": ("click", "textual", "pydantic", "yaml", "pexpect", "asyncio"),
    "coursekit.cli": ("textual", "pydantic", "yaml", "pexpect", "rich"),
    "coursekit.course.outline": ("textual", "pydantic", "pexpect"),
    "coursekit.checker.__main__": ("textual", "click", "rich", "docker", "requests"),
    "coursekit.app.app": ("pydantic", "pexpect", "pyghostty", "pyte", "click", "markdown_it"),
    "coursekit.practice.practice": ("textual", "pydantic", "click", "docker"),
    "coursekit.pytest_plugin": ("textual", "pydantic", "yaml", "pexpect"),
}


@pytest.mark.parametrize("module", LIGHT)
def test_what_a_module_does_not_load(module: str) -> None:
    """In an interpreter of its own: what waits for a person must not load what it does not need."""
    code = f"import sys, {module}; print(*[name for name in {LIGHT[module]!r} if name in sys.modules])"
    assert run("-c", code).strip() == ""


def test_the_readme_names_every_exercise() -> None:
    rows = [line.strip("| ").split(" | ") for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()]
    for lab in open_course(ROOT).labs:
        listed = next(row[1] for row in rows if len(row) == 2 and row[0][2:] == lab.title)
        assert listed.split(" · ") == [exercise.title for exercise in lab.exercises]
