"""conda, mamba and micromamba: found as programs, as functions of the shell, or where installers put them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from coursekit.shell.local import LocalPlace
from coursekit.technologies.conda import finders
from coursekit.technologies.contract import Tool
from tests.technologies.conftest import Answering

pytestmark = pytest.mark.usefixtures("empty_home")


def find(place: LocalPlace, path: Path | str) -> dict[str, Tool]:
    return {tool.name: tool for tool in (finder(place, str(path)) for finder in finders())}


def recorded(prefix: Path, *records: str) -> None:
    (prefix / "conda-meta").mkdir(parents=True)
    for record in ("history", "conda-libmamba-solver-24.9.0-pyhd8ed1ab_0.json", *records):
        (prefix / "conda-meta" / record).touch()


def test_nothing(place: LocalPlace, tmp_path: Path) -> None:
    tools = find(place, tmp_path)
    assert {tool.why_not for tool in tools.values()} == {"not found"}
    assert {tool.serves for tool in tools.values()} == {"conda"}
    assert "Miniforge3" in tools["mamba"].install_for_me
    assert "micro.mamba.pm" in tools["micromamba"].install_for_me


def test_a_version_is_read_and_not_asked_for(place: LocalPlace, tmp_path: Path) -> None:
    prefix = tmp_path / "miniforge"
    recorded(prefix, "conda-24.11.3-py312h7900ff3_0.json", "mamba-2.0.5-h82323bd_1.json")
    for name in ("conda", "mamba"):
        program = prefix / "condabin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\nsleep 60\n")
        program.chmod(0o755)
    began = time.monotonic()
    tools = find(place, prefix / "condabin")
    assert time.monotonic() - began < 4
    assert (tools["conda"].version, tools["conda"].usable) == ("24.11.3", True)
    assert tools["mamba"].version == "2.0.5"
    assert tools["conda"].path == str(prefix / "condabin" / "conda")


def test_through_a_link(place: LocalPlace, tmp_path: Path, answering: Answering) -> None:
    recorded(tmp_path / "conda", "conda-24.11.3-py312h7900ff3_0.json")
    answering(tmp_path / "conda/bin/conda", "conda 1.1")
    (tmp_path / "links").mkdir()
    (tmp_path / "links/conda").symlink_to(tmp_path / "conda/bin/conda")
    assert find(place, tmp_path / "links")["conda"].version == "24.11.3"


def test_without_records_it_is_asked(place: LocalPlace, tmp_path: Path, answering: Answering) -> None:
    answering(tmp_path / "bin/conda", "conda 24.7.1")
    answering(tmp_path / "bin/mamba", "mamba 1.5.8\nconda 24.3.0")
    answering(tmp_path / "bin/micromamba", "1.5.10")
    versions = {name: tool.version for name, tool in find(place, tmp_path / "bin").items()}
    assert versions == {"conda": "24.7.1", "mamba": "1.5.8", "micromamba": "1.5.10"}


def test_one_that_does_not_answer(place: LocalPlace, tmp_path: Path) -> None:
    program = tmp_path / "conda"
    program.write_text("#!/no/such/python\n")
    program.chmod(0o755)
    tool = find(place, tmp_path)["conda"]
    assert (tool.path, tool.why_not) == (str(program), "does not answer")


def test_a_function_of_the_shell(
    place: LocalPlace, tmp_path: Path, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = answering(tmp_path / "somewhere/micromamba", "2.0.5")
    monkeypatch.setenv("MAMBA_EXE", str(program))
    tools = find(place, tmp_path / "empty")
    assert (tools["micromamba"].path, tools["micromamba"].usable) == (str(program), True)
    assert tools["mamba"].path == ""
    program.unlink()
    assert find(place, tmp_path / "empty")["micromamba"].why_not == "not found"


def test_one_that_the_shell_does_not_know(place: LocalPlace, empty_home: Path, answering: Answering) -> None:
    conda = answering(empty_home / "miniforge3/bin/conda", "conda 24.7.1")
    mamba = answering(empty_home / "miniforge3/bin/mamba", "2.0.5")
    micromamba = answering(empty_home / ".local/bin/micromamba", "2.0.5")
    tools = find(place, "/nowhere")
    assert {tool.why_not for tool in tools.values()} == {"is here, but your shell does not know it"}
    assert tools["conda"].install == tools["conda"].install_for_me == f"{conda} init zsh"
    assert tools["mamba"].install == f"{mamba} shell init --shell zsh"
    assert tools["micromamba"].install == f"{micromamba} shell init --shell zsh"
