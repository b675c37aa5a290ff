"""What is built is what is here: the wheel, made from the sdist, holds the whole tree, and runs an exercise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the repository holds, plus a start file that a .gitignore names: such must not get lost."""
    folder = tmp_path_factory.mktemp("source")
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, **_QUIET)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    ignored = folder / "exercises" / "venv" / "create" / "start" / "build" / "kept.log"
    ignored.parent.mkdir(parents=True)
    ignored.write_text("ignored by git, and needed all the same\n")
    subprocess.run(["git", "init", "-q", folder], **_QUIET)
    done = subprocess.run(["git", "check-ignore", "-q", ignored], cwd=folder, check=False)
    assert done.returncode == 0, "the file is not ignored: this would prove nothing"
    return folder


_QUIET: dict[str, object] = {"capture_output": True, "check": True}


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel that is built from that sdist."""
    folder = tmp_path_factory.mktemp("built")
    done = subprocess.run([sys.executable, "-m", "build", "--outdir", folder, source], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    [sdist], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def _tree(source: Path, *names: str) -> set[str]:
    files = (path for name in names for path in (source / name).rglob("*") if path.is_file())
    return {path.relative_to(source).as_posix() for path in files if "__pycache__" not in path.parts}


@pytest.mark.network
def test_the_wheel_holds_the_tree(source: Path, built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    content = {f"coursekit/_content/{name}" for name in _tree(source, "labs", "exercises")}
    assert names == content | _tree(source, "coursekit")
    assert "coursekit/_content/exercises/venv/create/start/build/kept.log" in names


@pytest.mark.network
def test_the_sdist_holds_the_tree(source: Path, built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert _tree(source, "labs", "exercises", "coursekit", "tests") <= names
    assert {"README.md", "LICENSE", "pyproject.toml", "CHANGELOG.md"} <= names


@pytest.mark.network
def test_the_wheel_alone_runs_an_exercise(built: tuple[Path, Path], tmp_path: Path) -> None:
    """In an empty environment, from a folder that is not the checkout."""
    env = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", env], check=True)
    python = env / "bin" / "python"
    cache = {"PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))}
    known = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8", **cache}
    subprocess.run([python, "-m", "pip", "install", "-q", built[1]], check=True, env=known | dict(_index()))

    def coursekit(*words: str, code: int = 0) -> str:
        program = env / "bin" / "coursekit"
        done = subprocess.run([program, *words], cwd=tmp_path, env=known, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    assert "Make an environment" in coursekit("list")
    coursekit("start", "venv/create")
    workspace = tmp_path / "coursekit" / "venv" / "create"
    assert (workspace / "build" / "kept.log").is_file()
    assert "not yet" in coursekit("check", "venv/create", "create", code=1)
    said = coursekit("start", "venv/create", "--json")
    name = json.loads(said)["values"]["env"]
    subprocess.run(["python3", "-m", "venv", "--without-pip", workspace / name], check=True, env=known)
    assert "passed" in coursekit("check", "venv/create", "create")


def _index() -> list[tuple[str, str]]:
    """Where packages come from here, as pip is told by its environment."""
    return [(name, value) for name, value in os.environ.items() if name.startswith("PIP_")]


def test_an_edit_of_a_guide_is_seen(tmp_path: Path) -> None:
    """A checkout's content wins over a copy inside the package."""
    code = "from coursekit.course.locate import find_course; print(find_course())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == ROOT
