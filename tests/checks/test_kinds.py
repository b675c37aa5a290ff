"""Every kind of check, on real files, programs and environments."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from coursekit.checks import KINDS
from coursekit.checks import git as git_kind
from coursekit.checks import package as package_kind
from coursekit.checks.command import CommandCheck
from coursekit.checks.context import CheckContext
from coursekit.checks.dialogue import DialogueCheck, Turn
from coursekit.checks.file import FileCheck
from coursekit.checks.git import GitCheck
from coursekit.checks.package import PackageCheck
from coursekit.checks.question import QuestionCheck
from coursekit.checks.shell import ShellCheck
from coursekit.checks.venv import VenvCheck
from coursekit.model.question import Choice
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome
from coursekit.shell.local import LocalPlace
from coursekit.shell.place import Completed
from coursekit.shell.program import find_program
from tests.checks.conftest import Look
from tests.checks.packages import install, site_packages

PYTHON = str(find_program("python3"))
PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR


def test_every_kind_has_a_name_and_says_what_its_opposite_is() -> None:
    of_this_machine = {"file", "command", "dialogue", "venv", "package", "shell", "question", "git", "custom"}
    assert set(KINDS) == of_this_machine | {"container", "image", "volume", "network", "http", "guest"}


@pytest.mark.parametrize(
    ("check", "outcome", "observed"),
    [
        (FileCheck("note.txt"), PASSED, "a file"),
        (FileCheck("gone.txt"), FAILED, "nothing is there"),
        (FileCheck("folder"), FAILED, "`folder` is a folder"),
        (FileCheck("folder", "folder"), PASSED, "a folder"),
        (FileCheck("link", "link"), PASSED, "a link"),
        (FileCheck("link"), PASSED, "a file"),
        (FileCheck("dangling"), FAILED, "is a link to nowhere, which is not there"),
        (FileCheck("note.txt", contains="hello"), PASSED, ""),
        (FileCheck("note.txt", contains=("hello", "world")), FAILED, "hello there"),
        (FileCheck("note.txt", lacks="there"), FAILED, "hello there"),
        (FileCheck("note.txt", matches="^hello"), PASSED, ""),
        (FileCheck("note.txt", matches="^there"), FAILED, "hello there"),
        (FileCheck("rude.bin", contains="\\x07"), PASSED, ""),
        (FileCheck("pipe"), FAILED, "neither file nor folder"),
    ],
)
def test_file(look: Look, tmp_path: Path, check: FileCheck, outcome: Outcome, observed: str) -> None:
    (tmp_path / "note.txt").write_text("hello there\n")
    (tmp_path / "rude.bin").write_bytes(b"\xff\x1b[2J\x07")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("note.txt")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    finding = look(check)
    assert finding.outcome is outcome
    assert observed in finding.observed
    assert check.denial()


@pytest.mark.parametrize(
    ("check", "outcome", "observed"),
    [
        (CommandCheck("printf hello"), PASSED, ""),
        (CommandCheck("printf hello", prints="hell"), PASSED, ""),
        (CommandCheck("printf hello", prints="bye"), FAILED, "hello"),
        (CommandCheck("printf hello", lacks="hell"), FAILED, "hello"),
        (CommandCheck(("bash", "-c", "exit 3")), FAILED, "exit status 3"),
        (CommandCheck(("bash", "-c", "exit 3"), exit=3), PASSED, ""),
        (CommandCheck("./student.sh"), PASSED, ""),
        (CommandCheck("pwd", folder="below", matches="/below$"), PASSED, ""),
        (CommandCheck("no-such-program"), FAILED, "There is no program no-such-program."),
        (CommandCheck("echo $HOME", prints="$HOME"), PASSED, ""),
        (CommandCheck("cat", prints=""), PASSED, ""),
    ],
)
def test_command(look: Look, tmp_path: Path, check: CommandCheck, outcome: Outcome, observed: str) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "student.sh").write_text("#!/bin/sh\necho mine\n")
    (tmp_path / "student.sh").chmod(0o755)
    finding = look(check)
    assert finding.outcome is outcome, finding
    assert observed in finding.observed
    assert check.denial()


def test_dialogue(look: Look, tmp_path: Path) -> None:
    (tmp_path / "ask.py").write_text("name = input('Name? ')\nprint('Hello', name)\n")
    turns = (Turn("Name", "Ada"), Turn("Hello Ada"))
    assert look(DialogueCheck("python3 ask.py", turns)).outcome is PASSED
    finding = look(DialogueCheck("python3 ask.py", (Turn("Name", "Ada"), Turn("Bye"))))
    assert finding.outcome is FAILED
    assert "exchange 2" in finding.observed
    assert look(DialogueCheck("python3 ask.py", turns, exit=1)).outcome is FAILED
    assert DialogueCheck("python3 ask.py", turns).denial()


def test_an_environment_of_the_standard_library(look: Look, env: Path) -> None:
    finding = look(VenvCheck("env"))
    assert finding.outcome is PASSED
    assert finding.commands[0].exit_status == 0
    assert look(VenvCheck("env", system_packages=False)).outcome is PASSED
    assert look(VenvCheck("env", system_packages=True)).outcome is FAILED


def test_an_environment_of_virtualenv(look: Look, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "virtualenv", "-q", "--without-pip", str(tmp_path / "env")]
    subprocess.run(command, check=True, env={**os.environ, "VIRTUALENV_OVERRIDE_APP_DATA": str(tmp_path / "app")})
    finding = look(VenvCheck("env"))
    assert finding.outcome is PASSED, finding


def test_an_environment_of_copies(look: Look, tmp_path: Path) -> None:
    subprocess.run([PYTHON, "-m", "venv", "--copies", "--without-pip", tmp_path / "env"], check=True)
    assert look(VenvCheck("env")).outcome is PASSED


def test_what_is_no_environment(look: Look, tmp_path: Path, env: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    (tmp_path / "folder").mkdir()
    shutil.copytree(env, tmp_path / "torn", symlinks=True)
    (tmp_path / "torn" / "bin" / "python").unlink()
    shutil.copytree(env, tmp_path / "orphan", symlinks=True)
    (tmp_path / "orphan" / "bin" / "python3").unlink()
    (tmp_path / "orphan" / "bin" / "python3").symlink_to("/gone/python3")
    said = {name: look(VenvCheck(name)).observed for name in ("gone", "note.txt", "folder", "torn", "orphan")}
    assert "there is no `gone` in your folder; it holds `env`, `folder`" in said["gone"]
    assert said["note.txt"] == "`note.txt` is a file, not a folder"
    assert "without pyvenv.cfg" in said["folder"]
    assert said["torn"] == "`torn/bin/python` is missing"
    assert "points at a Python that is gone" in said["orphan"]


def test_package(look: Look, env: Path) -> None:
    wanted = PackageCheck("tinydb", "env", "4.8.0")
    assert "is not installed" in look(wanted).observed
    install(env)
    assert look(wanted).outcome is PASSED
    assert look(PackageCheck("TinyDB", "env")).outcome is PASSED
    other = look(PackageCheck("tinydb", "env", "3.0"))
    assert (other.outcome, other.observed) == (FAILED, "tinydb 4.8.0 is installed in `env`")
    assert "there is no `gone`" in look(PackageCheck("tinydb", "gone")).observed
    (site_packages(env) / "tinydb" / "__init__.py").unlink()
    assert "a file of tinydb is missing" in look(wanted).observed


def test_shell(look: Look, env: Path, tmp_path: Path) -> None:
    (env / "bin" / "python3").touch()
    active = ShellState(str(tmp_path), {"VIRTUAL_ENV": str(env), "PATH": f"{env}/bin:/usr/bin"}, "source env/x", 0)
    plain = ShellState("/", {"PATH": "/usr/bin"})
    assert look(ShellCheck(venv="env"), active).outcome is PASSED
    assert look(ShellCheck(venv="env"), plain).outcome is FAILED
    assert look(ShellCheck(venv="none"), plain).outcome is PASSED
    assert "is active" in look(ShellCheck(venv="none"), active).observed
    assert "another environment" in look(ShellCheck(venv="other"), active).observed
    assert look(ShellCheck(folder="."), active).outcome is PASSED
    assert look(ShellCheck(folder="."), plain).observed == "/"
    assert look(ShellCheck(command="^source"), active).outcome is PASSED
    assert look(ShellCheck(command="^source"), plain).observed == "no command was seen"


def test_a_shell_that_nobody_can_speak_for_is_an_error_not_a_failure(look: Look) -> None:
    assert look(ShellCheck(venv="env")).outcome is ERROR


def test_question(look: Look) -> None:
    check = QuestionCheck("Why?", (Choice("This", "No."), Choice("That", "Yes.", right=True)))
    assert look(check).observed == "not answered yet"
    assert look(check, ask="This").outcome is FAILED
    assert look(check, ask="That").outcome is PASSED
    assert look(check, ask="Something that the course no longer offers").outcome is FAILED


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: CommandCheck(""), "names no program"),
        (lambda: CommandCheck("echo 'open"), "No closing quotation"),
        (lambda: CommandCheck("x", matches="("), "not a regular expression"),
        (lambda: FileCheck("x", matches="["), "not a regular expression"),
        (lambda: DialogueCheck("x", (Turn("("),)), "not a regular expression"),
        (lambda: ShellCheck(), "needs `venv`, `folder` or `command`"),
        (lambda: QuestionCheck("?", (Choice("a", "b"), Choice("c", "d"))), "exactly one of them right"),
        (lambda: QuestionCheck("?", (Choice("a", "b", True), Choice("a", "d"))), "the same text"),
    ],
)
def test_settings_that_make_no_sense_are_refused(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()  # type: ignore[operator]


def test_a_machine_too_slow_to_answer_is_an_error_not_a_failure(tmp_path: Path, env: Path) -> None:
    (site_packages(env) / "slow.pth").write_text("import time; time.sleep(9)\n")
    install(env)
    with LocalPlace(tmp_path) as place:
        context = CheckContext(place, deadline=time.monotonic() + 0.3)
        assert VenvCheck("env").judge(context).outcome is ERROR
        assert PackageCheck("tinydb", "env").judge(context).outcome is ERROR


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_git(look: Look, tmp_path: Path) -> None:
    assert look(GitCheck()).observed == "there is none"
    git(tmp_path, "init", "-q")
    assert look(GitCheck()).observed == "there is no commit yet"
    (tmp_path / "env").mkdir()
    for name in ("requirements.txt", "note.txt", "env/big"):
        (tmp_path / name).write_text("x")
    git(tmp_path, "add", "note.txt", "env")
    git(tmp_path, "commit", "-qm", "first")
    wanted = GitCheck(committed="requirements.txt", not_committed="env", ignored="env")
    assert look(wanted).observed == "the last commit holds `env`, `note.txt`"
    git(tmp_path, "add", "requirements.txt")
    git(tmp_path, "commit", "-qm", "second")
    assert look(wanted).observed == "the last commit holds `env`"
    git(tmp_path, "rm", "-rq", "--cached", "env")
    git(tmp_path, "commit", "-qm", "third")
    assert look(wanted).observed == "git does not leave `env` alone"
    (tmp_path / ".gitignore").write_text("env/\n")
    assert look(wanted).outcome is PASSED
    (tmp_path / "below").mkdir()
    assert look(GitCheck("below")).observed == "there is none"
    assert wanted.denial()


def test_a_repository_runs_no_program_of_its_own(look: Look, tmp_path: Path) -> None:
    """Hooks, filters and monitors that a repository's configuration names are the student's code."""
    git(tmp_path, "init", "-q")
    (tmp_path / "note.txt").write_text("x")
    git(tmp_path, "add", "note.txt")
    git(tmp_path, "commit", "-qm", "first")
    trap = f"touch {tmp_path}/sprung"
    for key in (
        "core.fsmonitor",
        "core.pager",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.external",
        "core.sshCommand",
    ):
        git(tmp_path, "config", key, trap)
    (tmp_path / ".gitattributes").write_text("* filter=x\n")
    assert look(GitCheck(committed="note.txt", not_committed="y", ignored="z")).outcome is FAILED
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("defended", [True, False])
def test_what_a_repository_lacks_is_not_fetched_by_a_program_of_its_own(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, defended: bool
) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "note.txt").write_text("x")
    git(tmp_path, "add", "note.txt")
    git(tmp_path, "commit", "-qm", "first")
    hashed = subprocess.run(
        ["git", "hash-object", "note.txt"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    name = hashed.stdout.strip()
    (tmp_path / ".git/objects" / name[:2] / name[2:]).unlink()
    for key, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", "ssh://nowhere/x"),
        ("remote.origin.promisor", "true"),
        ("core.sshCommand", f"touch {tmp_path}/sprung; false"),
    ):
        git(tmp_path, "config", key, value)
    if not defended:
        monkeypatch.setattr(git_kind, "_NO_REMOTE", ())
    assert look(GitCheck(committed="note.txt")).outcome is FAILED
    assert (tmp_path / "sprung").exists() is not defended


@pytest.mark.parametrize(("check", "word"), [(GitCheck(not_committed="x"), "ls-tree"), (GitCheck(), "HEAD")])
def test_git_that_does_not_answer_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: GitCheck, word: str
) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-qm", "first", "--allow-empty")
    with LocalPlace(tmp_path) as place:
        run = place.run

        def slow(argv: Sequence[str], **more: Any) -> Completed:
            return run(["git", "-c", "alias.slow=!sleep 9", "slow"] if word in argv else argv, **more)

        assert check.judge(CheckContext(place)).outcome is PASSED
        monkeypatch.setattr(place, "run", slow)
        assert check.judge(CheckContext(place, deadline=time.monotonic() + 0.3)).outcome is ERROR


def test_a_file_that_is_too_large_to_be_read_whole_is_no_forgery(
    look: Look, env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(env)
    assert look(PackageCheck("tinydb", "env")).outcome is PASSED
    monkeypatch.setattr(package_kind, "_LARGEST", 5)
    assert look(PackageCheck("tinydb", "env")).outcome is PASSED
