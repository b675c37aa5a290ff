"""States that look right and are not: each is found out by a second fact."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from coursekit.checks import package as package_module
from coursekit.checks.context import CheckContext
from coursekit.checks.package import PackageCheck
from coursekit.checks.shell import ShellCheck
from coursekit.checks.venv import VenvCheck
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome
from coursekit.shell.local import LocalPlace
from coursekit.shell.program import find_program
from coursekit.technologies import venv
from tests.attacks import Attack, has_teeth, survived
from tests.checks.packages import install, site_packages


def outcome(folder: Path, check: VenvCheck | PackageCheck | ShellCheck, shell: ShellState | None = None) -> Outcome:
    with LocalPlace(folder) as place:
        return check.judge(CheckContext(place, shell=shell)).outcome


def python() -> Path:
    found = find_program("python3")
    assert found is not None
    return Path(os.path.realpath(found))


def settings(folder: Path, home: Path) -> None:
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\nversion = 3.11.2\n")


def a_script_for_an_interpreter(folder: Path) -> None:
    """pyvenv.cfg is right, and bin/python a script that answers whatever is asked."""
    env = folder / "env"
    settings(env, python().parent)
    script = env / "bin" / "python"
    answer = f'import json,sys; print(json.dumps([sys.argv[4], "{env}", "/usr", "x", "{env}/lib", "3.11.2"]))'
    script.write_text(f"#!{python()}\n{answer}\n")
    script.chmod(0o755)
    assert outcome(folder, VenvCheck("env")) is Outcome.FAILED


def any_interpreter_will_do(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(venv, "_interpreter_problem", lambda *_: "")


def a_program_that_is_no_python(folder: Path) -> None:
    """Outside of the workspace lies a program that is called python3, and pyvenv.cfg names it."""
    elsewhere, workspace = folder / "elsewhere", folder / "workspace"
    elsewhere.mkdir()
    shutil.copy("/bin/echo", elsewhere / "python3")
    settings(workspace / "env", elsewhere)
    (workspace / "env" / "bin" / "python").symlink_to(elsewhere / "python3")
    assert outcome(workspace, VenvCheck("env")) is Outcome.FAILED


def its_word_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(venv, "_ask", lambda place, path, *_: venv.Environment(path))


def records_without_a_package(folder: Path) -> None:
    """A folder with the right name in site-packages, written by hand."""
    make_env(folder)
    install(folder / "env", record=False)
    assert outcome(folder, PackageCheck("tinydb", "env", "4.8.0")) is Outcome.FAILED


def records_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(package_module, "_record_problem", lambda *_: "")


def an_interpreter_that_was_taught_to_lie(folder: Path) -> None:
    """A .pth file in the environment has the interpreter answer for packages that are not there."""
    make_env(folder)
    lie = (
        "from importlib import metadata\n"
        "class Liar:\n    version = '4.8.0'\n    def locate_file(self, _):\n"
        f"        return {str(site_packages(folder / 'env'))!r}\n"
        "metadata.distribution = lambda name: Liar()\n"
    )
    (site_packages(folder / "env") / "liar.py").write_text(lie)
    (site_packages(folder / "env") / "liar.pth").write_text("import liar\n")
    assert outcome(folder, PackageCheck("tinydb", "env", "4.8.0")) is Outcome.FAILED


def a_file_changed_afterwards(folder: Path) -> None:
    """The version was edited into an installed file: its hash is another."""
    make_env(folder)
    install(folder / "env").write_text("__version__ = '9'\n")
    assert outcome(folder, PackageCheck("tinydb", "env", "4.8.0")) is Outcome.FAILED


def a_variable_for_an_activation(folder: Path) -> None:
    """VIRTUAL_ENV was set by hand; PATH still leads to another Python."""
    make_env(folder)
    shell = ShellState(str(folder), {"VIRTUAL_ENV": str(folder / "env"), "PATH": "/usr/bin:/bin"})
    assert outcome(folder, ShellCheck(venv="env"), shell) is Outcome.FAILED


def the_variable_is_believed(patch: pytest.MonkeyPatch) -> None:
    from coursekit.checks import shell

    patch.setattr(shell, "first_python", lambda _: f"{os.environ['FORGED']}/env/bin/python")


def make_env(folder: Path) -> None:
    """An environment without pip, which takes no time."""
    subprocess.run([python(), "-m", "venv", "--without-pip", folder / "env"], check=True)


ATTACKS = [
    Attack(a_script_for_an_interpreter, any_interpreter_will_do),
    Attack(a_program_that_is_no_python, its_word_is_not_asked_for),
    Attack(records_without_a_package, records_not_compared),
    Attack(an_interpreter_that_was_taught_to_lie, records_not_compared),
    Attack(a_file_changed_afterwards, records_not_compared),
    Attack(a_variable_for_an_activation, the_variable_is_believed),
]
attacks = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@attacks
def test_found_out(attack: Attack, tmp_path: Path) -> None:
    survived(attack, tmp_path)


@attacks
def test_the_second_fact_finds_it_out(attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORGED", str(tmp_path))
    has_teeth(attack, tmp_path, monkeypatch)


def test_a_python_of_the_students_own_is_no_base(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy("/bin/echo", home / "python3")
    settings(tmp_path / "env", home)
    (tmp_path / "env" / "bin" / "python").symlink_to(home / "python3")
    with LocalPlace(tmp_path) as place:
        found = VenvCheck("env").judge(CheckContext(place))
    assert found.outcome is Outcome.FAILED
    assert "lies in your own folder" in found.observed


def test_an_environment_made_while_another_was_active_is_one(tmp_path: Path) -> None:
    """Up to Python 3.10 the environment that was active is named as the home."""
    make_env(tmp_path)
    subprocess.run([python(), "-m", "venv", "--without-pip", tmp_path / "second"], check=True)
    settings_of_second = tmp_path / "second" / "pyvenv.cfg"
    lines = settings_of_second.read_text().splitlines()
    settings_of_second.write_text("\n".join([f"home = {tmp_path}/env/bin", *lines[1:]]) + "\n")
    assert outcome(tmp_path, VenvCheck("second")) is Outcome.PASSED


def test_two_that_name_each_other_as_home_are_none(tmp_path: Path) -> None:
    for name, other in (("env", "second"), ("second", "env")):
        settings(tmp_path / name, tmp_path / other / "bin")
        (tmp_path / name / "bin" / "python").symlink_to(python())
    assert outcome(tmp_path, VenvCheck("env")) is Outcome.FAILED
