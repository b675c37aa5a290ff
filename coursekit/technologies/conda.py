"""conda, mamba and micromamba: three tools for one kind of environment. Looked for only.

Often they are functions of the student's shell rather than programs in PATH; the variables CONDA_EXE and MAMBA_EXE then
say where the program lies. One that lies in a usual folder, and that the shell does not know, needs to be set up there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from coursekit.shell.place import Place
from coursekit.shell.program import find_program
from coursekit.technologies.asking import ask_version
from coursekit.technologies.contract import Finder, Tool
from coursekit.technologies.install import install_command, install_for_me

_PREFIXES = (
    "~/miniforge3",
    "~/mambaforge",
    "~/miniconda3",
    "~/anaconda3",
    "~/opt/miniconda3",
    "~/opt/anaconda3",
    "/opt/conda",
    "/opt/miniforge3",
    "/opt/miniconda3",
    "/opt/anaconda3",
    "/opt/homebrew/Caskroom/miniforge/base",
    "/opt/homebrew/Caskroom/miniconda/base",
    "/usr/local/Caskroom/miniforge/base",
    "/usr/local/Caskroom/miniconda/base",
)
"""Where the installers put a whole conda unless they are told otherwise."""
_MICROMAMBA_FOLDERS = ("~/.local/bin", "~/bin", "~/micromamba/bin", "/opt/homebrew/bin", "/usr/local/bin")


def finders() -> list[Finder]:
    """One function for each tool, given a place and the student's PATH."""
    return [_conda, _mamba, _micromamba]


def _conda(place: Place, path: str) -> Tool:
    return _tool(place, path, "conda")


def _mamba(place: Place, path: str) -> Tool:
    return _tool(place, path, "mamba")


def _micromamba(place: Place, path: str) -> Tool:
    return _tool(place, path, "micromamba")


def _tool(place: Place, path: str, name: str) -> Tool:
    thing = "micromamba" if name == "micromamba" else "conda"  # Miniforge brings conda and mamba

    def tool(found: Path | None, version: str, why_not: str = "", mend: str = "") -> Tool:
        install, for_me = ("", "") if not why_not else (install_command(thing), install_for_me(thing))
        where = str(found) if found else ""
        return Tool("conda", name, where, version, True, why_not, mend or install, mend or for_me, one_of="conda")

    known = find_program(name, path) or _function(name)
    found = known or _elsewhere(name)
    if found is None:
        return tool(None, "", "not found")
    version = _recorded(found, name) or ask_version(place, found, path)
    if not version:
        return tool(found, "", "does not answer")
    if known is None:
        return tool(found, version, "is here, but your shell does not know it", _set_up(found, name, version))
    return tool(found, version)


def _function(name: str) -> Path | None:
    """The program behind a function of the shell that coursekit was started from."""
    program = Path(os.environ.get("CONDA_EXE" if name == "conda" else "MAMBA_EXE", ""))
    return program if program.name == name and _runs(program) else None


def _elsewhere(name: str) -> Path | None:
    """The program in the folders where installers put it, whatever PATH says."""
    if name == "micromamba":
        folders = [Path(folder).expanduser() for folder in _MICROMAMBA_FOLDERS]
    else:
        folders = [Path(prefix).expanduser() / "bin" for prefix in _PREFIXES]
    return next((folder / name for folder in folders if _runs(folder / name)), None)


def _runs(program: Path) -> bool:
    return program.is_file() and os.access(program, os.X_OK)


def _recorded(program: Path, name: str) -> str:
    """The version in an installation's own records (``conda --version`` takes a second); empty when there are none."""
    for prefix in {program.parent.parent, program.resolve().parent.parent}:
        try:
            records = os.listdir(prefix / "conda-meta")
        except OSError:
            continue
        for record in records:
            if match := re.fullmatch(rf"{name}-(\d[^-]*)-[^-]+\.json", record):
                return match[1]
    return ""


def _set_up(program: Path, name: str, version: str) -> str:
    """What makes the student's shell know a tool, from its next start on."""
    shell = Path(os.environ.get("SHELL", "")).name
    shell = shell if shell in ("bash", "zsh", "fish") else "bash"
    if name == "micromamba" or (name == "mamba" and int(version.partition(".")[0]) >= 2):
        return f"{program} shell init --shell {shell}"
    return f"{program} init {shell}"
