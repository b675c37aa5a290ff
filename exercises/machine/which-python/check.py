"""What only this machine can say: which Python the student's shell runs, and what that Python says of itself.

What is found in a file is shown, and what it should be is not: it could be copied from there.
"""

import os
import re

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook


def which_python(context: CheckContext) -> str | None:
    """`which.txt` holds the path of the python3 that your shell runs."""
    return _compared(_said(context, "which.txt"), _python(context))


def prefix(context: CheckContext) -> str | None:
    """`prefix.txt` holds what your python3 says of the place where it lives."""
    return _compared(_said(context, "prefix.txt"), _ask(context, "import sys; print(sys.prefix)"))


def packages(context: CheckContext) -> str | None:
    """`packages.txt` holds the folder in which your python3 keeps its packages."""
    said = _said(context, "packages.txt")
    named = re.fullmatch(r'purelib\s*=\s*"(.*)"', said)
    purelib = _ask(context, "import sysconfig; print(sysconfig.get_path('purelib'))")
    return _compared(named[1] if named else said, purelib)


def is_the_prefix(context: CheckContext) -> str | None:
    """`packages.txt` holds the prefix."""
    return _compared(_said(context, "packages.txt"), _ask(context, "import sys; print(sys.prefix)"))


def _python(context: CheckContext) -> str:
    """The python3 that the student's shell finds, as far as that shell says."""
    if context.shell is None:
        raise CouldNotLook("your shell does not say what its PATH is")
    for folder in context.shell.variables.get("PATH", "").split(":"):
        path = os.path.join(folder, "python3")
        if folder and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise CouldNotLook("there is no python3 in the PATH of your shell")


def _ask(context: CheckContext, code: str) -> str:
    known = {"PATH": context.shell.variables.get("PATH", "") if context.shell else "", "HOME": os.path.expanduser("~")}
    answered = context.place.run([_python(context), "-c", code], environment=known, limits=context.limits())
    if not answered.ok:
        raise CouldNotLook(f"your python3 does not answer: {answered.explanation or answered.output}")
    return answered.output.strip()


def _said(context: CheckContext, name: str) -> str:
    """What a file holds; empty when there is none."""
    facts = context.place.stat(name, follow=True)
    if facts is None or facts.kind != "file":
        return ""
    return context.place.read(name, 10_000).decode("utf-8", "replace").strip()


def _compared(said: str, expected: str) -> str | None:
    if not said:
        return "no answer"
    return None if os.path.normpath(said) == os.path.normpath(expected) else f"`{said[:200]}`"
