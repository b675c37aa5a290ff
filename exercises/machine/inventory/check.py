"""What only this machine can say: which tools are here, and in which version. The doctor's finders look for them.

A fault is its kind and the words that the student reads. Each check tells all faults; the diagnoses ask for one kind.
"""

from __future__ import annotations

import re
from pathlib import Path

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook
from coursekit.shell.place import Ending
from coursekit.shell.program import find_program
from coursekit.technologies.asking import asked
from coursekit.technologies.contract import Tool
from coursekit.technologies.machine import find_tools

TOOLS = ("python3", "git", "virtualenv", "conda", "mamba", "micromamba", "docker", "podman", "qemu-img")
LABS = {
    "lab1": ("python3",),
    "lab2": ("conda", "mamba", "micromamba"),
    "lab3": ("qemu-img",),
    "lab4": ("docker", "podman"),
}
MISSING = "missing"
BROKEN = "broken"
SHOWN = 4
"""Faults that are told at once."""

Faults = list[tuple[str, str]]


def inventory(context: CheckContext) -> str | None:
    """`{file}` says of each tool in tools.txt what this machine has."""
    return _told(_inventory(context))


def every_tool_is_named(context: CheckContext) -> str | None:
    """`{file}` has a line for each tool in tools.txt."""
    return _told(_inventory(context), "unnamed")


def nothing_is_overlooked(context: CheckContext) -> str | None:
    """`{file}` calls no tool missing that is here."""
    return _told(_inventory(context), "overlooked")


def nothing_is_invented(context: CheckContext) -> str | None:
    """`{file}` gives no version of a tool that is not here."""
    return _told(_inventory(context), "invented")


def plan(context: CheckContext) -> str | None:
    """`plan.txt` says of each lab whether it can begin here."""
    return _told(_plan(context))


def every_lab_is_planned(context: CheckContext) -> str | None:
    """`plan.txt` has a line for each lab."""
    return _told(_plan(context), "unplanned")


def no_other_tool_is_blamed(context: CheckContext) -> str | None:
    """`plan.txt` lets no lab wait for a tool that it does not use."""
    return _told(_plan(context), "blamed")


def no_lab_is_ready_too_soon(context: CheckContext) -> str | None:
    """`plan.txt` calls no lab ready whose tools are missing."""
    return _told(_plan(context), "hasty")


def unchanged(context: CheckContext) -> str | None:
    """Nothing inside of the programs in `{folder}` is changed."""
    return _told(_programs(context))


def listed(context: CheckContext) -> str | None:
    """`{folder}/list.txt` tells the truth about each tool in it."""
    return _told(_list(context))


def the_dead_one_is_not_revived(context: CheckContext) -> str | None:
    """`{folder}/list.txt` gives no version of a tool that cannot be run."""
    return _told(_list(context), "revived")


def the_odd_one_is_heard(context: CheckContext) -> str | None:
    """`{folder}/list.txt` calls no tool broken that runs."""
    return _told(_list(context), "unheard")


def missing_is_not_broken(context: CheckContext) -> str | None:
    """`{folder}/list.txt` keeps apart what is missing and what is broken."""
    return _told(_list(context), "mixed up")


def _told(faults: Faults, kind: str = "") -> str | None:
    words = [text for fault, text in faults if kind in ("", fault)]
    return "; ".join(words[:SHOWN]) or None


def _inventory(context: CheckContext) -> Faults:
    claims, file = _claims(context), context.values["file"]
    if context.place.stat(file) is None:
        return [("unnamed", f"there is no `{file}`")]
    if unnamed := [name for name in TOOLS if name not in claims]:
        return [("unnamed", f"no line with a version or `{MISSING}` for {', '.join(unnamed)}")]
    tools = _tools(context)
    faults, silent = [], []
    for name, claim in claims.items():
        tool, version = tools[name], _version(tools[name].version)
        if claim == MISSING:
            here = _is_here(context, tool)
            silent += [tool] if here is None else []
            if here:
                faults.append(("overlooked", f"{name} is here, as {tool.path}"))
        elif not tool.path:
            faults.append(("invented", f"your shell finds no {name}"))
        elif not version:
            silent.append(tool)
        elif claim != version:
            faults.append(("other", f"{name} says that it is {version}, not {claim}"))
    return _as_far_as_clear(faults, silent)


def _claims(context: CheckContext) -> dict[str, str]:
    """Per tool that the file names: the version that it gives, or MISSING. Of two lines for a tool the later counts."""
    claims = {}
    for line in _lines(context, context.values["file"]):
        if re.search(r"not found|unknown command", line, re.IGNORECASE):  # a shell's own words, sent into the file
            name = next((word for word in re.split(r"[\s:'\"`]+", line) if word in TOOLS), "")
            claims[name] = MISSING
        elif match := re.match(r"[\s*•-]*([\w-]+)[\s:=,]*(.*)", line):
            name = "python3" if match[1].lower() == "python" else match[1].lower()
            if claim := _version(match[2]) or (MISSING if MISSING in match[2].lower() else ""):
                claims[name] = claim
    return {name: claim for name, claim in claims.items() if name in TOOLS}


def _plan(context: CheckContext) -> Faults:
    if context.place.stat("plan.txt") is None:
        return [("unplanned", "there is no `plan.txt`")]
    plans = {}
    for line in _lines(context, "plan.txt"):
        if match := re.match(r"\s*lab ?(\d)[\s:]+(?:(ready)|lacks\s+([\w-]+))", line, re.IGNORECASE):
            plans[f"lab{match[1]}"] = (match[2] or match[3]).lower()
    if unplanned := [lab for lab in LABS if lab not in plans]:
        return [("unplanned", f"no line for {', '.join(unplanned)}")]
    tools = _tools(context)
    faults, silent = [], []
    for lab, needs in LABS.items():
        there = [tools[name] for name in needs if tools[name].path]
        if plans[lab] == "ready":
            if not there:
                faults.append(("hasty", f"{lab} needs {' or '.join(needs)}"))
            elif not any(_version(tool.version) for tool in there):
                silent += there
        elif plans[lab] not in needs:
            faults.append(("blamed", f"{lab} does not use {plans[lab]}"))
        else:
            here = {tool.name: _is_here(context, tool) for tool in there}
            silent += [tool for tool in there if here[tool.name] is None]
            if any(here.values()):
                faults.append(("vain", f"{lab} can begin, since {next(name for name in here if here[name])} is here"))
    return _as_far_as_clear(faults, silent)


def _programs(context: CheckContext) -> Faults:
    faults = []
    for kind in ("reader", "plotter", "fitter", "sender"):
        path = f"{context.values['folder']}/{context.values[kind]}"
        first = Path(context.exercise, "start", "{folder}", f"{{{kind}}}").read_text(encoding="utf-8")
        for name, value in context.values.items():
            first = first.replace(f"{{{name}}}", value)
        if _text(context, path) != first:
            faults.append(("changed", path))
    return faults


def _list(context: CheckContext) -> Faults:
    values = context.values
    said = {}
    for line in _lines(context, f"{values['folder']}/list.txt"):
        name, _, rest = line.strip().partition(" ")
        word = re.search(rf"\b({MISSING}|{BROKEN})\b", rest, re.IGNORECASE)
        said[name.strip(":=,")] = _version(rest) or (word[1].lower() if word else "")
    truths = {
        "reader": f"1.{values['new']}.0",
        "plotter": f"2.{values['new']}.1",
        "fitter": BROKEN,
        "sender": f"5.{values['new']}.2",
        "gone": MISSING,
    }
    faults = []
    for kind, truth in truths.items():
        claim = said.get(values[kind], "")
        if claim != truth:
            said_of_it = f"is not {claim}" if claim else f"has no version there, nor `{MISSING}` or `{BROKEN}`"
            faults.append((_kind_of(kind, claim), f"{values[kind]} {said_of_it}"))
    return faults


def _kind_of(kind: str, claim: str) -> str:
    """Which mistake a wrong line of the list shows."""
    if kind == "fitter" and _version(claim):
        return "revived"
    if kind == "sender" and claim in (BROKEN, MISSING):
        return "unheard"
    if (kind, claim) in (("fitter", MISSING), ("gone", BROKEN)):
        return "mixed up"
    return "other"


def _is_here(context: CheckContext, tool: Tool) -> bool | None:
    """Whether the shell finds a tool and it works; None when it has not answered.

    One that answers with an error, as pyenv's shims do for what they do not have, is as good as missing.
    """
    path = _path(context)
    if (found := find_program(tool.name, path)) is None:
        return False
    if _version(tool.version):
        return True
    answered = asked(context.place, found, path, "--version")
    return answered.ok if answered.ending is Ending.EXITED else None


def _as_far_as_clear(faults: Faults, silent: list[Tool]) -> Faults:
    """The faults. Raises CouldNotLook when there is none, and a tool whose version matters has not said it."""
    if silent and not faults:
        listed = " and ".join(dict.fromkeys(tool.path for tool in silent))
        raise CouldNotLook(f"{listed} did not say which version it is, when it was asked with --version")
    return faults


def _path(context: CheckContext) -> str:
    if context.shell is None:
        raise CouldNotLook("your shell does not say what its PATH is")
    return context.shell.variables.get("PATH", "")


def _tools(context: CheckContext) -> dict[str, Tool]:
    """What the student's shell finds; also what is a function of that shell, or lies where installers put it."""
    return {tool.name: tool for tool in find_tools(_path(context))}


def _version(text: str) -> str:
    match = re.search(r"\d+(\.\d+)+", text)
    return match[0] if match else ""


def _lines(context: CheckContext, path: str) -> list[str]:
    return _text(context, path).splitlines()


def _text(context: CheckContext, path: str) -> str:
    """What a file holds; nothing when it is not there."""
    facts = context.place.stat(path, follow=True)
    if facts is None or facts.kind != "file":
        return ""
    return context.place.read(path, 20_000).decode("utf-8", "replace")
