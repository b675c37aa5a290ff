"""What no other kind can say: whether what pip told of a package is true now, and if the system has refused pip."""

import os
import re

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook

_MANAGED = """\
import os, sys, sysconfig
marker = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
print(sys.prefix == sys.base_prefix and os.path.exists(marker))
"""
"""Outside of an environment, and marked as the system's: what pip asks before it refuses (PEP 668)."""


def located(context: CheckContext) -> str | None:
    """`location.txt` holds what `pip show tabulate` says of the one that is in `{env}` now."""
    told = _told(context)
    if not told.get("Version") or not told.get("Location"):
        return "it names no version and no location"
    if not _lies_in_the_environment(context, told["Location"]):
        return f"it tells of a tabulate in {told['Location']}"
    return None if told["Version"] == context.values["version"] else f"it tells of tabulate {told['Version']}"


def located_before(context: CheckContext) -> str | None:
    """`location.txt` tells of another version, at the place of the one that is there now."""
    told = _told(context)
    there = _lies_in_the_environment(context, told.get("Location", ""))
    another = told.get("Version", "") != context.values["version"]
    return None if there and another else "it tells of this one, or of none"


def _told(context: CheckContext) -> dict[str, str]:
    """What stands in location.txt, by the name before each colon."""
    facts = context.place.stat("location.txt", follow=True)
    if facts is None or facts.kind != "file":
        return {}
    lines = context.place.read("location.txt", 100_000).decode("utf-8", "replace").splitlines()
    return {name: value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}


def _lies_in_the_environment(context: CheckContext, location: str) -> bool:
    environment = os.path.realpath(os.path.join(context.place.root, context.values["env"]))
    return os.path.realpath(location).startswith(f"{environment}{os.sep}lib")


def refused(context: CheckContext) -> str | None:
    """The pip that was asked last belongs to a Python into which the system lets nobody install."""
    if context.shell is None:
        raise CouldNotLook("your shell does not say what was typed last")
    asked = re.search(r"(\S*python[0-9.]*)\s+-m\s+pip\s|(\S*pip[0-9.]*)\s", context.shell.last_command)
    if asked is None:
        return "no pip was asked"
    path = context.shell.variables.get("PATH", "")
    python = _python_beside(asked[1] or asked[2], context.shell.cwd, path)
    known = {"PATH": path, "HOME": os.path.expanduser("~")}
    answered = context.place.run([python, "-c", _MANAGED], environment=known, limits=context.limits())
    if not answered.ok:
        raise CouldNotLook(f"{python} does not answer: {answered.explanation or answered.output}")
    return None if answered.output.strip() == "True" else f"{python} lets everybody install"


def _python_beside(program: str, cwd: str, path: str) -> str:
    """The python3 in the folder in which the shell finds a program."""
    if "/" in program:
        return os.path.join(cwd, os.path.dirname(os.path.expanduser(program)), "python3")
    for folder in path.split(":"):
        if folder and os.access(os.path.join(folder, program), os.X_OK):
            return os.path.join(folder, "python3")
    raise CouldNotLook(f"your shell finds no {program}")
