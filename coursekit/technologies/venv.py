"""Virtual environments: made by ``venv``, ``virtualenv``, ``uv`` or ``pipenv``, and looked at without trusting them.

An environment is believed on two facts that do not depend on each other: its ``pyvenv.cfg`` (PEP 405) names an
interpreter that is there, and its own interpreter is that one and says, in isolated mode, that it lives in the
environment.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coursekit.model.verdict import CommandRecord
from coursekit.shell.place import Ending, Limits, Place
from coursekit.shell.program import find_program
from coursekit.technologies.asking import ask_version, asked
from coursekit.technologies.contract import Tool
from coursekit.technologies.install import install_command

_ASK = """\
import json, sys, sysconfig
print(json.dumps([sys.argv[1], sys.prefix, sys.base_prefix, sys.executable, sysconfig.get_path("purelib"),
                  "%d.%d.%d" % sys.version_info[:3]]))
"""
_NATIVE = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe")
"""How an executable begins that is no script: ELF, and Mach-O in its three forms."""


@dataclass(frozen=True)
class Environment:
    """What is true of a folder that may be a virtual environment."""

    path: str
    problem: str = ""
    """Why it is none, in plain words; empty when it is one."""
    missing: bool = False
    """Whether nothing is there at all."""
    unclear: str = ""
    """Why nobody can say whether it is one, such as a machine too slow to answer; empty when that is clear."""
    system_packages: bool = False
    """Whether it also sees the packages of the Python it was made from."""
    site_packages: str = ""
    base: str = ""
    """The prefix of the Python it was made from."""
    version: str = ""
    commands: tuple[CommandRecord, ...] = ()


def inspect(place: Place, path: str, limits: Limits, *, above: frozenset[str] = frozenset()) -> Environment:
    """The facts about a folder. Never raises for what is in it.

    ``above`` holds the environments that name this one as their Python: none may be its own.
    """
    facts = place.stat(path, follow=True)
    if facts is None:
        return Environment(path, _absent(place, path), missing=True)
    if facts.kind != "folder":
        return Environment(path, f"`{path}` is a {facts.kind}, not a folder")
    try:
        settings = _settings(place.read(f"{path}/pyvenv.cfg").decode("utf-8", "replace"))
    except OSError:
        return Environment(path, f"`{path}` is a folder without pyvenv.cfg, so it is not an environment")
    home = settings.get("home", "")
    if not home:
        return Environment(path, f"`{path}/pyvenv.cfg` does not say which Python it was made from (no `home`)")
    own = Path(os.path.realpath(home)).is_relative_to(os.path.realpath(place.root))
    if own and not _is_made_by_another(place, home, limits, above | {os.path.normpath(path)}):
        return Environment(path, f"the Python that `{path}` was made from lies in your own folder: {home}")
    python = f"{path}/bin/python"
    if problem := _interpreter_problem(place, python, home):
        return Environment(path, problem)
    return _ask(place, path, python, settings, limits)


def _is_made_by_another(place: Place, home: str, limits: Limits, above: frozenset[str]) -> bool:
    """Whether ``home`` belongs to another sound environment: up to Python 3.10 one that was active is named there."""
    other = os.path.relpath(os.path.dirname(os.path.realpath(home)), os.path.realpath(place.root))
    return other not in above and not inspect(place, other, limits, above=above).problem


def _absent(place: Place, path: str) -> str:
    here = [name for name in place.names(".") if not name.startswith(".")]
    listed = ", ".join(f"`{name}`" for name in here[:8]) or "nothing"
    return f"there is no `{path}` in your folder; it holds {listed}"


def _settings(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _interpreter_problem(place: Place, python: str, home: str) -> str:
    """Why ``bin/python`` is not the interpreter that pyvenv.cfg names; empty when it is."""
    facts = place.stat(python)
    if facts is None:
        return f"`{python}` is missing"
    target = place.stat(python, follow=True)
    if target is None:
        return f"`{python}` points at a Python that is gone: {facts.target}"
    if target.kind != "file" or not target.mode & 0o111:
        return f"`{python}` cannot be run"
    try:
        beginning = place.read(python, 4)
    except OSError as error:
        return f"`{python}` cannot be read: {error}"
    if beginning not in _NATIVE:
        return f"`{python}` is not a Python interpreter but a script or another file"
    originals = [name for name in _names(place, home) if re.fullmatch(r"python[0-9.]*", name)]
    if not originals:
        return f"the Python that `{python}` was made from is gone: there is none in {home}"
    if not any(_same(place, python, f"{home}/{name}") for name in originals):
        return f"`{python}` is not the interpreter that pyvenv.cfg names: none in {home} is the same"
    return ""


def _names(place: Place, folder: str) -> list[str]:
    try:
        return place.names(folder)
    except OSError:
        return []


def _same(place: Place, one: str, other: str) -> bool:
    """Whether two paths lead to the same program: the same file, or a copy of it."""
    first, second = place.stat(one, follow=True), place.stat(other, follow=True)
    if first is None or second is None or first.size != second.size:
        return False
    try:
        return first == second or place.read(one, first.size) == place.read(other, second.size)
    except OSError:
        return False


def _ask(place: Place, path: str, python: str, settings: dict[str, str], limits: Limits) -> Environment:
    """Let the interpreter say where it lives. The answer must carry a word that nobody could know before."""
    nonce = secrets.token_hex(8)
    answered = place.run([python, "-I", "-c", _ASK, nonce], limits=limits)
    record = (answered.record(),)
    if answered.ending in (Ending.TIMED_OUT, Ending.CANCELLED, Ending.LOST):
        return Environment(path, unclear=f"`{python}` has not answered. {answered.explanation}", commands=record)
    try:
        said, prefix, base, _, site_packages, version = json.loads(answered.output.strip().splitlines()[-1])
    except (ValueError, IndexError):
        why = answered.explanation or answered.output.strip()[-200:] or "it printed nothing"
        return Environment(path, f"`{python}` does not answer as a Python does: {why}", commands=record)
    whole = os.path.realpath(os.path.join(place.root, path))
    if said != nonce or os.path.realpath(prefix) != whole:
        return Environment(path, f"`{python}` lives in {prefix}, not in `{path}`", commands=record)
    if os.path.realpath(base) == whole:
        return Environment(path, f"`{path}` is a whole Python of its own, not an environment", commands=record)
    return Environment(
        path,
        system_packages=settings.get("include-system-site-packages", "false").lower() == "true",
        site_packages=site_packages,
        base=base,
        version=version,
        commands=record,
    )


def finders() -> list[Callable[[Place, str], Tool]]:
    """One function for each tool, given a place and the student's PATH."""
    return [_python, _virtualenv, _uv, _pipenv]


def _python(place: Place, path: str) -> Tool:
    found = find_program("python3", path) or find_program("python", path)
    if found is None:
        return Tool("venv", "python3", "", "", True, "not found", install_command("python"))
    version = ask_version(place, found, path)
    if not version.startswith("3."):
        return Tool("venv", "python3", str(found), "", True, "does not answer", install_command("python"))
    able = asked(place, found, path, "-I", "-c", "import ensurepip, venv")
    if not able.ok:
        missing = "cannot make environments: its module ensurepip is missing"
        why = missing if able.ending is Ending.EXITED else able.explanation
        return Tool("venv", "python3", str(found), version, True, why, install_command("venv"))
    return Tool("venv", "python3", str(found), version, True)


def _virtualenv(place: Place, path: str) -> Tool:
    why = "not found; `python3 -m venv` does the same"
    return _another(place, path, "virtualenv", why, install_command("virtualenv"), "pipx install virtualenv")


def _uv(place: Place, path: str) -> Tool:
    command = "curl -LsSf https://astral.sh/uv/install.sh | sh"  # docs.astral.sh/uv/getting-started/installation
    return _another(place, path, "uv", "not found; no lab needs it", command, command)


def _pipenv(place: Place, path: str) -> Tool:
    command = "pipx install pipenv"
    return _another(place, path, "pipenv", "not found; no lab needs it", command, command)


def _another(place: Place, path: str, name: str, missing: str, install: str, for_me: str) -> Tool:
    """A tool that also makes environments, and that no lab needs."""
    found = find_program(name, path)
    if found is None:
        return Tool("venv", name, "", "", False, missing, install, for_me)
    return Tool("venv", name, str(found), ask_version(place, found, path) or "unknown version", False)
