"""What only this machine can say: which Python the student's shell runs, and what that Python says of itself."""

import os

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook


def which_python(context: CheckContext) -> str | None:
    """`which.txt` holds the path of the python3 that your shell runs."""
    return _compared(context, "which.txt", _python(context))


def prefix(context: CheckContext) -> str | None:
    """`prefix.txt` holds what your python3 says of the place where it lives."""
    return _compared(context, "prefix.txt", _ask(context, "import sys; print(sys.prefix)"))


def packages(context: CheckContext) -> str | None:
    """`packages.txt` holds the folder in which your python3 keeps its packages."""
    return _compared(context, "packages.txt", _ask(context, "import sysconfig; print(sysconfig.get_path('purelib'))"))


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


def _compared(context: CheckContext, name: str, expected: str) -> str | None:
    if context.place.stat(name) is None:
        return f"there is no `{name}`"
    said = context.place.read(name, 10_000).decode("utf-8", "replace").strip()
    return None if said == expected else f"`{said[:200]}`, and your shell's python3 says `{expected}`"
