"""A kernel that is registered for the whole machine. No mistake in the content may play that: it would stay there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit.checks import custom
from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CustomCheck
from coursekit.model.verdict import Finding, Outcome
from coursekit.shell.local import LocalPlace

KERNEL = Path(__file__).resolve().parents[2] / "exercises" / "venv" / "kernel"
VALUES = {"desk": "jupyter", "env": "work-env", "kernel": "museum", "number": "1"}


def register(kernels: Path, python: Path) -> None:
    (kernels / "museum").mkdir(parents=True)
    (kernels / "museum" / "kernel.json").write_text(json.dumps({"argv": [str(python), "-m", "ipykernel_launcher"]}))


def judged(function: str, workspace: Path) -> Finding:
    with LocalPlace(workspace) as place:
        context = CheckContext(place, values=VALUES, exercise=str(KERNEL), step="register")
        return CustomCheck(function).judge(context)


@pytest.mark.parametrize(("environment", "outside"), [("work-env", True), ("another", False)])
def test_a_kernel_outside_of_the_workspace(
    environment: str, outside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the machine's folder it is told, and one of another environment there is none of ours."""
    workspace, machine = tmp_path / "workspace", tmp_path / "machine"
    workspace.mkdir()
    register(machine, workspace / environment / "bin" / "python")
    load = custom._function

    def of_this_machine(path: Path, name: str) -> object:
        function = load(path, name)
        function.__globals__["_MACHINE"] = (str(machine),)
        return function

    monkeypatch.setattr(custom, "_function", of_this_machine)
    told = judged("for_the_whole_machine", workspace)
    registered = judged("registered", workspace)
    assert told.outcome is (Outcome.PASSED if outside else Outcome.FAILED)
    assert registered.outcome is Outcome.FAILED
    assert (f"for the whole machine, in `{machine}/museum`" in registered.observed) is outside
