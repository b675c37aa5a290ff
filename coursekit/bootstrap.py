"""Two commands that are enough on a machine with only Python: an environment in the checkout, made when it is missing.

Standard library only, and readable by Python 3.6, so that one which is too old is told so in a sentence. The student's
environment is not changed: the process is replaced by one of the environment's own Python, nothing is activated.
"""

import os
import sys
from importlib.machinery import PathFinder

OLDEST = (3, 11)
CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_NEEDED = {"": ("click", "pydantic", "textual", "yaml"), "dev": ("pytest", "mypy", "ruff", "build")}


def ensure(extra, module):
    # type: (str, str) -> None
    """Return if this Python has all that is needed; else go on as ``python -m MODULE`` of an environment that has it.

    ``extra`` names the optional dependencies that are needed as well, or is empty.
    """
    if sys.version_info >= OLDEST and _has(extra):
        return
    if not os.path.isfile(os.path.join(CHECKOUT, "pyproject.toml")):
        _give_up("coursekit is not completely installed. Install it again: pip install --force-reinstall coursekit")
    python = _environment(extra)
    arguments = [python, "-m", module, *sys.argv[1:]]
    os.chdir(os.getcwd())
    if os.path.realpath(os.getcwd()) != os.path.realpath(CHECKOUT):
        arguments.insert(1, "-P")
    os.execv(python, arguments)


def _has(extra):
    # type: (str) -> bool
    names = _NEEDED[""] + (_NEEDED[extra] if extra else ())
    return all(PathFinder.find_spec(name) is not None for name in names)


def _environment(extra):
    # type: (str) -> str
    """The Python of an environment with all that is needed, made first if it has to be."""
    folder = os.path.join(CHECKOUT, ".venv")
    if not os.access(CHECKOUT, os.W_OK):
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        name = CHECKOUT.strip("/").replace("/", "-")
        folder = os.path.join(cache, "coursekit", "environment-" + name)
    python = os.path.join(folder, "bin", "python")
    inside = os.path.realpath(sys.prefix) == os.path.realpath(folder)  # and it lacks something, against its stamp
    if _stamped(folder, extra) and not inside:
        return python
    base = _base_python()
    import fcntl

    if not os.path.isdir(os.path.dirname(folder)):
        os.makedirs(os.path.dirname(folder))
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once: the second waits, and finds it done
        if inside and not _works(python, extra):
            _unstamp(folder)
        if not _stamped(folder, extra):
            _make(base, folder, extra)
    return python


def _wanted(extra):
    # type: (str) -> str
    """What the stamp of a finished environment says: of which dependencies it was made."""
    import hashlib

    with open(os.path.join(CHECKOUT, "pyproject.toml"), "rb") as file:
        head = file.read().split(b"[tool.")[0]
    return hashlib.sha256(head).hexdigest() + " " + extra


def _stamped(folder, extra):
    # type: (str, str) -> bool
    stamps = set()
    for name in ("", "dev"):
        try:
            with open(os.path.join(folder, "made-" + (name or "plain"))) as file:
                if file.read() == _wanted(name):
                    stamps.add(name)
        except OSError:
            pass
    return os.path.exists(os.path.join(folder, "bin", "python")) and (extra in stamps or "dev" in stamps)


def _unstamp(folder):
    # type: (str) -> None
    for name in ("plain", "dev"):
        path = os.path.join(folder, "made-" + name)
        if os.path.exists(path):
            os.remove(path)


def _works(python, extra):
    # type: (str, str) -> bool
    """Whether an environment has what its stamp says: packages may have gone, or its Python become another."""
    import subprocess

    question = "import sys; from coursekit.bootstrap import _has; sys.exit(not _has(sys.argv[1]))"
    return subprocess.call([python, "-c", question, extra], cwd=CHECKOUT) == 0


def _make(base, folder, extra):
    # type: (str, str, str) -> None
    import subprocess

    log = folder + ".log"
    what = "what the tests need" if extra else "what coursekit needs"
    sys.stderr.write(f"Setting up {what} in {folder} (once; about a minute) ...\n")
    target = CHECKOUT + (f"[{extra}]" if extra else "")
    python = os.path.join(folder, "bin", "python")
    steps = []
    if not _stamped(folder, ""):
        steps.append([base, "-m", "venv", "--clear", folder])
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    steps.append([*pip, "--editable", target])
    with open(log, "w") as output:
        for step in steps:
            process = subprocess.Popen(step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            assert process.stdout is not None
            for line in process.stdout:
                text = line.decode("utf-8", "replace")
                output.write(text)
                if text.startswith(("Collecting ", "Installing ")) and sys.stderr.isatty():
                    sys.stderr.write("\r\x1b[K  " + text.split("(")[0].strip()[:70])
                    sys.stderr.flush()
            if process.wait() != 0:
                _give_up(
                    f"Setting up failed; is there a network? What went wrong stands at the end of {log}. Then try "
                    "again."
                )
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    sys.stderr.write("Ready.\n")
    with open(os.path.join(folder, "made-" + (extra or "plain")), "w") as file:
        file.write(_wanted(extra))


def _base_python():
    # type: () -> str
    """A Python that is new enough and can make environments; or the end, with the command that mends it."""
    import subprocess

    candidates = [getattr(sys, "_base_executable", None) or sys.executable]
    for minor in range(20, OLDEST[1] - 1, -1):
        for path in os.environ.get("PATH", "").split(os.pathsep):
            candidate = os.path.join(path, f"python3.{minor}")
            if os.access(candidate, os.X_OK):
                candidates.append(candidate)
    question = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {OLDEST!r})"
    for candidate in candidates:
        with open(os.devnull, "w") as nowhere:
            if subprocess.call([candidate, "-I", "-c", question], stdout=nowhere, stderr=nowhere) == 0:
                return candidate
    if sys.version_info < OLDEST:
        _give_up(
            "This is Python {}.{}, and coursekit needs {}.{} or newer: {}".format(
                sys.version_info[0], sys.version_info[1], OLDEST[0], OLDEST[1], _install("python3", "python3")
            )
        )
    _give_up(
        "This Python cannot make environments (its module ensurepip is missing): " + _install("python3-venv", "python3")
    )
    return ""


def _install(debian, others):
    # type: (str, str) -> str
    for manager, command in (
        ("brew", "brew install python"),
        ("apt", "sudo apt install " + debian),
        ("dnf", "sudo dnf install " + others),
        ("pacman", "sudo pacman -S python"),
        ("zypper", "sudo zypper install " + others),
    ):
        if any(
            os.access(os.path.join(path, manager), os.X_OK) for path in os.environ.get("PATH", "").split(os.pathsep)
        ):
            return command
    return "get it from https://www.python.org/downloads/"


def _give_up(sentence):
    # type: (str) -> None
    sys.stderr.write(sentence + "\n")
    sys.exit(3)
