"""Which Python a kernel's name leads to, and what a notebook prints there.

A notebook's own outputs are only text, so it is run again, on a kernel that is started for the purpose and gone when it
has answered.
"""

import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook
from coursekit.course.values import fill
from coursekit.shell.place import Ending

_RUN = """\
import json, sys
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

asked = json.load(sys.stdin)
specs = KernelSpecManager(kernel_dirs=asked["folders"])
manager = KernelManager(kernel_name=asked["kernel"], kernel_spec_manager=specs)
manager.start_kernel(cwd=asked["folder"])
client = manager.client()
answers = []

def keep(message):
    if message["msg_type"] == "stream":
        answers[-1] += message["content"]["text"]
    elif message["msg_type"] == "error":
        answers[-1] += message["content"]["ename"] + ": " + message["content"]["evalue"]

try:
    client.start_channels()
    client.wait_for_ready(timeout=asked["seconds"])
    for code in asked["cells"]:
        answers.append("")
        client.execute_interactive(code, output_hook=keep, timeout=asked["seconds"])
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print()
print(json.dumps(answers))
"""
"""Run by the Python that Jupyter lives in."""

_KERNELS = "share/jupyter/kernels"
_MACHINE = (f"/usr/local/{_KERNELS}", f"/usr/{_KERNELS}")
"""The folders of the whole machine: each Jupyter on it looks there."""


@dataclass(frozen=True)
class _Task:
    """What a step is about."""

    environment: str
    """The environment whose Python is to run the cells."""
    kernel: str
    notebook: str
    data: str
    prints: str


def _task(context: CheckContext) -> _Task:
    values = context.values
    if context.step == "mend":
        folder = values["folder"]
        notebook, data = f"{folder}/morning.ipynb", f"{folder}/visits.csv"
        return _Task(f"{folder}/env", values["johns"], notebook, data, f"morning: {values['hers']}")
    return _Task(values["env"], values["kernel"], "report.ipynb", "visitors.csv", f"busiest: {values['number']}")


# What a step asks for.


def failed(context: CheckContext) -> str | None:
    """`report.ipynb` was run on the Python of `{desk}`, and holds the error: there is no tabulate."""
    outputs = _outputs(_read(context, "report.ipynb"))
    errors = [output.get("evalue", "") for output in outputs if output.get("output_type") == "error"]
    if any("tabulate" in error for error in errors):
        return None
    return "it holds no error" if outputs else "it holds no output, so it was not run yet"


def tried(context: CheckContext) -> str | None:
    """The notebook was run while `{env}` was active."""
    wanted = os.path.realpath(os.path.join(context.place.root, context.values["env"]))
    runs = re.findall(r"^report\.ipynb on the kernel .*, active: (.*)$", _text(context, "runs.txt"), re.MULTILINE)
    if any(os.path.realpath(active) == wanted for active in runs):
        return None
    return f"when it was run last, this was active: {os.path.basename(runs[-1])}" if runs else "it was not run yet"


def registered(context: CheckContext) -> str | None:
    """`{kernel}` is a kernel of this Jupyter, and the Python of `{env}` answers there."""
    task = _task(context)
    if outside := _outside(context):
        return outside
    if fault := _fault(context, task.kernel):
        return f"the kernel `{task.kernel}` {fault}"
    return _run(context, task.kernel, [])[1]


def report_runs(context: CheckContext) -> str | None:
    """`report.ipynb` prints its number on the kernel that it names, a kernel of `{env}`."""
    return _notebook_runs(context)


def morning_runs(context: CheckContext) -> str | None:
    """`{folder}/morning.ipynb` prints Maggie's number on the kernel that it names, a kernel of `{folder}/env`."""
    return _outside(context) or _notebook_runs(context)


def _notebook_runs(context: CheckContext) -> str | None:
    task = _task(context)
    if problem := as_it_came(context):
        return problem
    name = _named(context)
    if fault := _fault(context, name):
        return f"it names the kernel `{name}`, which {fault}"
    printed, problem = _run(context, name, _code(_read(context, task.notebook)))
    if problem:
        return problem
    if task.prints not in printed.splitlines():
        return f"run again on the kernel `{name}`, it prints: {printed.strip()[-200:]}"
    return kept(context)


def as_it_came(context: CheckContext) -> str | None:
    """The cells of the notebook and its data are as they came."""
    task = _task(context)
    now = _read(context, task.notebook)
    if now is None:
        return f"`{task.notebook}` is not a notebook that can be read"
    if _code(now) != _code(json.loads(_original(context, task.notebook))):
        return f"the cells of `{task.notebook}` are not those that came with the exercise"
    if _text(context, task.data).split() != _original(context, task.data).split():
        return f"`{task.data}` is not the one that came with the exercise"
    return None


def kept(context: CheckContext) -> str | None:
    """The notebook holds what it printed there."""
    task = _task(context)
    outputs = _outputs(_read(context, task.notebook))
    shown = "".join("".join(output.get("text", "")) for output in outputs if output.get("output_type") == "stream")
    return None if task.prints in shown.splitlines() else f"`{task.notebook}` does not hold what it prints there yet"


# What a diagnosis asks.


def absent(context: CheckContext) -> str | None:
    """Jupyter knows no kernel of that name."""
    return "it does" if _wanted(context) in _kernels(context) else None


def of_jupyter(context: CheckContext) -> str | None:
    """The kernel runs the Python that Jupyter lives in."""
    return None if _leads_to(context, _wanted(context), context.values["desk"]) else "it does not"


def of_another(context: CheckContext) -> str | None:
    """The kernel runs some Python that is not the right one."""
    name = _wanted(context)
    right = name not in _kernels(context) or _leads_to(context, name, _task(context).environment)
    return "it does not" if right else None


def under_another_name(context: CheckContext) -> str | None:
    """There is a right kernel, but another name is wanted, or named in the notebook."""
    wanted, environment = _wanted(context), _task(context).environment
    others = [name for name in _kernels(context) if name != wanted and _leads_to(context, name, environment)]
    return None if others and not _leads_to(context, wanted, environment) else "there is none"


def where_jupyter_does_not_look(context: CheckContext) -> str | None:
    """The kernel was entered into its own environment, where this Jupyter does not look."""
    task = _task(context)
    there = context.place.stat(f"{task.environment}/{_KERNELS}/{task.kernel}/kernel.json")
    return None if there and task.kernel not in _kernels(context) else "it was not"


def for_the_whole_machine(context: CheckContext) -> str | None:
    """The kernel was registered outside of the workspace, for each Jupyter of this machine."""
    return None if _outside(context) else "it was not"


def _wanted(context: CheckContext) -> str:
    """The name that counts: the one asked for, and from then on the one in the notebook."""
    return _task(context).kernel if context.step == "register" else _named(context)


# Notebooks.


def _read(context: CheckContext, path: str) -> dict[str, Any] | None:
    """A notebook; None when it cannot be read as one."""
    try:
        notebook = json.loads(_text(context, path))
        _code(notebook)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return notebook  # type: ignore[no-any-return]


def _code(notebook: dict[str, Any] | None) -> list[str]:
    return ["".join(cell["source"]) for cell in (notebook or {"cells": []})["cells"] if cell["cell_type"] == "code"]


def _outputs(notebook: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [output for cell in (notebook or {"cells": []})["cells"] for output in cell.get("outputs", [])]


def _named(context: CheckContext) -> str:
    """The kernel that the notebook names; empty when it names none."""
    notebook = _read(context, _task(context).notebook) or {}
    try:
        return str(notebook["metadata"]["kernelspec"]["name"])
    except (LookupError, TypeError):
        return ""


def _text(context: CheckContext, path: str) -> str:
    try:
        return context.place.read(path).decode("utf-8", "replace")
    except OSError:
        return ""


def _original(context: CheckContext, path: str) -> str:
    """A file as it came: values filled in, as when the workspace was made."""
    folder, name = os.path.split(path)
    with open(os.path.join(context.exercise, "start", "{folder}" if folder else "", name), encoding="utf-8") as file:
        return str(fill(file.read(), context.values))


# Kernels.


def _folders(context: CheckContext) -> list[str]:
    """Where the Jupyter of this exercise looks for kernels, in its order: its own environment, the student's home, the
    system. The workspace lies in the home as a rule, but may lie elsewhere."""
    homes: list[str] = []
    above = os.path.dirname(context.place.root)
    while above not in homes:
        homes.append(above)
        above = os.path.dirname(above)
    homes.append(os.path.expanduser("~"))
    users = [f"{home}/{data}/kernels" for home in homes for data in (".local/share/jupyter", "Library/Jupyter")]
    own = os.path.join(context.place.root, context.values["desk"], _KERNELS)
    return [own, *users, *_MACHINE]


def _kernels(context: CheckContext) -> dict[str, str]:
    """The kernels that Jupyter knows, each with the Python that it runs; empty where that cannot be read."""
    found: dict[str, str] = {}
    for folder in _folders(context):
        for name, python in _kernels_in(context, folder).items():
            found.setdefault(name, python)
    return found


def _kernels_in(context: CheckContext, folder: str) -> dict[str, str]:
    try:
        names = context.place.names(folder)
    except OSError:
        return {}
    files = {name: f"{folder}/{name}/kernel.json" for name in names}
    return {name: _python(context, file) for name, file in files.items() if context.place.stat(file, follow=True)}


def _outside(context: CheckContext) -> str | None:
    """Which kernel of the environment is registered for the whole machine, where it outlives the workspace."""
    environment = _task(context).environment
    for folder in _MACHINE:
        for name, python in _kernels_in(context, folder).items():
            if _lies_in(context, python, environment):
                return f"the kernel `{name}` is registered for the whole machine, in `{folder}/{name}`"
    return None


def _python(context: CheckContext, path: str) -> str:
    """The interpreter in a kernel.json. A bare `python` there means the one that Jupyter lives in."""
    try:
        first = str(json.loads(_text(context, path))["argv"][0])
    except (ValueError, LookupError, TypeError):
        return ""
    if re.fullmatch(r"python[0-9.]*", first):
        return os.path.join(context.place.root, context.values["desk"], "bin", first)
    return first


def _leads_to(context: CheckContext, name: str, environment: str) -> bool:
    return _lies_in(context, _kernels(context).get(name, ""), environment)


def _lies_in(context: CheckContext, python: str, environment: str) -> bool:
    folder, program = os.path.split(python)
    there = os.path.join(context.place.root, environment, "bin")
    return program.startswith("python") and os.path.realpath(folder) == os.path.realpath(there)


def _fault(context: CheckContext, name: str) -> str | None:
    """Why cells would not run in the environment on that kernel, as far as kernel.json says."""
    kernels = _kernels(context)
    if name not in kernels:
        return f"is not there; Jupyter knows: {', '.join(f'`{other}`' for other in sorted(kernels)) or 'none'}"
    if not _leads_to(context, name, _task(context).environment):
        python = os.path.normpath(kernels[name]).removeprefix(f"{context.place.root}/") if kernels[name] else ""
        return f"runs `{python}`" if python else "names no Python"
    return None


def _run(context: CheckContext, name: str, cells: Sequence[str]) -> tuple[str, str | None]:
    """What cells print on a kernel, and what is wrong with it. Where it lives it must say with a word that nobody could
    know before."""
    task, word, limits = _task(context), secrets.token_hex(8), context.limits(seconds=25)
    proof = f"import sys\nprint({word!r}, sys.prefix)"
    folder = os.path.dirname(os.path.join(context.place.root, task.notebook))
    asked = {"kernel": name, "folders": _folders(context), "folder": folder, "cells": [*cells, proof], "seconds": 20}
    python = f"{context.values['desk']}/bin/python"
    ran = context.place.run([python, "-I", "-B", "-c", _RUN], stdin=json.dumps(asked).encode(), limits=limits)
    slow = any(words in ran.output for words in ("Kernel didn't respond", "Timeout waiting for"))
    if slow or ran.ending in (Ending.TIMED_OUT, Ending.CANCELLED):
        raise CouldNotLook(f"the kernel `{name}` has not answered yet. {ran.explanation}".strip())
    try:
        *printed, said = json.loads(ran.output.strip().splitlines()[-1])
        answered, _, prefix = said.strip().partition(" ")
    except (ValueError, IndexError):
        lines = [line for line in ran.output.splitlines() if line.strip()] or [ran.explanation]
        why = next((line for line in lines if "No module named" in line), lines[-1])
        return "", f"the kernel `{name}` does not start: {why.strip()}"
    if answered != word or os.path.realpath(prefix) != os.path.realpath(f"{context.place.root}/{task.environment}"):
        return "", f"the kernel `{name}` lives in {prefix or 'a place that it does not tell'}"
    return "".join(printed), None
