"""The README's two commands on a machine that has only Python: they work, in any order, and say what is missing."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coursekit.shell.program import find_program

ROOT = Path(__file__).resolve().parent.parent.parent


def _minor(python: Path) -> int:
    return int(python.parent.parent.name.split(".")[1])


OLD = (
    "coursekit/__init__.py",
    "coursekit/__main__.py",
    "coursekit/bootstrap.py",
    "tests/__main__.py",
)
OLD_PYTHONS = [path for path in sorted(Path.home().glob(".pyenv/versions/3.*/bin/python")) if _minor(path) < 11]
NO_OLD_PYTHON = pytest.param(None, marks=pytest.mark.xfail(run=False, reason="no old Python here"))
"""No machine has to have one: unlike a skip, this is no failure in CI. What any can read is proved all the same."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    for name in ("coursekit", "tests", "labs", "exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


def run(checkout: Path, home: Path, *words: str | Path, python: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One of the README's commands, with an empty home."""
    home.mkdir(exist_ok=True)
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    known = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", **pip}
    found = python or find_program("python3")
    assert found is not None
    return subprocess.run(
        [found, *words], cwd=checkout, env=known, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("name", OLD)
def test_an_old_python_can_read_the_front_door(name: str) -> None:
    ast.parse((ROOT / name).read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("python", OLD_PYTHONS or [NO_OLD_PYTHON], ids=str)
def test_too_old_a_python_looks_for_a_newer_one(checkout: Path, tmp_path: Path, python: Path) -> None:
    """Here it finds none, since PATH leads nowhere: one sentence, and the command that mends it."""
    code = "import os; os.environ['PATH'] = '/nowhere'; from coursekit.bootstrap import ensure; ensure('', 'coursekit')"
    done = run(checkout, tmp_path / "home", "-S", "-c", code, python=python)
    assert done.returncode == 3
    assert done.stderr.startswith("This is Python 3.")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("bootstrap.OLDEST = (3, 99)", "and coursekit needs 3.99 or newer: "),
        (
            "import subprocess; subprocess.call = lambda *a, **k: 1",
            "cannot make environments (its module ensurepip is missing): ",
        ),
    ],
)
def test_what_is_missing_is_one_sentence_and_one_command(checkout: Path, tmp_path: Path, fault: str, said: str) -> None:
    code = f"from coursekit import bootstrap; {fault}; bootstrap.ensure('', 'coursekit')"
    done = run(checkout, tmp_path / "home", "-S", "-c", code, python=Path(sys.executable))
    assert done.returncode == 3
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (checkout / ".venv").exists()


def test_without_a_network_the_next_action_is_said(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/\nretries = 0\n")
    code = (
        f"import os; os.environ.update(PIP_CONFIG_FILE={str(tmp_path / 'home' / 'pip.conf')!r}, PIP_RETRIES='0',"
        " PIP_INDEX_URL='http://127.0.0.1:9/');"
        "from coursekit.bootstrap import ensure; ensure('', 'coursekit')"
    )
    done = run(checkout, tmp_path / "home", "-S", "-c", code)
    assert done.returncode == 3
    assert "is there a network?" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.network
def test_both_commands_work_twice_and_at_once(checkout: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(run, checkout, home, "-m", "coursekit", "--version") for _ in range(2)]
    for first in (future.result() for future in both):
        assert (first.returncode, first.stdout.split()[:1]) == (0, ["coursekit"]), first.stderr
    assert sum("Setting up" in future.result().stderr for future in both) == 1
    again = run(checkout, home, "-m", "coursekit", "list")
    assert (again.returncode, again.stderr) == (0, "")
    assert "Make an environment" in again.stdout
    [lost] = (checkout / ".venv").glob("lib/python3.*/site-packages/click")
    shutil.rmtree(lost)
    mended = run(checkout, home, "-m", "coursekit", "--version")
    assert (mended.returncode, mended.stdout.split()[:1]) == (0, ["coursekit"]), mended.stderr
    tests = run(checkout, home, "-m", "tests", "--collect-only", "-q", "tests/course")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert sorted(path.name for path in home.iterdir()) in ([".cache"], [".cache", "coursekit"], ["coursekit"], [])
