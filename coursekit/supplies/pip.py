"""pip, asked for wheels: for this machine or another, without installing anything."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import gettempdir

from coursekit.errors import CourseError, ExitCode
from coursekit.shell.place import Completed, Ending, Limits
from coursekit.shell.program import find_program, trusted_path
from coursekit.shell.running import Cancelled, never, run_program
from coursekit.supplies.listener import Stopped
from coursekit.supplies.platforms import wheel_tags

_SECONDS = 900.0
_PASSED_ON = re.compile(
    r"PIP_\w+|SSL_CERT_\w+|\w+_CA_BUNDLE|https?_proxy|all_proxy|no_proxy|XDG_CONFIG_\w+|NETRC", re.IGNORECASE
)
"""What the student has set for pip, for certificates and for proxies."""
_NO_NETWORK = re.compile(
    "NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Max retries exceeded|ProxyError|Name or service not known|"
    "name resolution|Network is unreachable|ConnectionResetError|Could not fetch URL",
)


class NoWheel(Exception):
    """Packages have no wheel for a platform and a Python; all others were downloaded. Each argument names one."""


def download(
    packages: Sequence[str],
    into: Path,
    *,
    platform: str = "",
    python: str = "",
    having: Path | None = None,
    cancelled: Cancelled = never,
    environment: Mapping[str, str] = os.environ,
) -> list[Path]:
    """Download the wheels of packages, with what they need, into a folder; one package may be there in many versions.

    Without a platform: this machine's; without a Python: this one. Where the folder ``having`` has all that is needed,
    the index is not asked. Gives the wheels' paths. Raises NoWheel when all that there is lies in the folder; Stopped,
    and CourseError when there is no pip, no network or no room.
    """
    into.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "pip", "download", "--only-binary", ":all:", "--no-input", "--quiet"]
    words += ["--disable-pip-version-check", "--dest", str(into)]
    if python:
        words += ["--implementation", "cp", "--python-version", python]
    for tag in wheel_tags(platform) if platform else ():
        words += ["--platform", tag]
    where = (f" for {platform}" if platform else "") + (f" and Python {python}" if python else "")

    def run(*more: str) -> Completed:
        return run_program(
            [*words, *more],
            cwd=str(into),
            environment=_settings(environment),
            stdin=b"",
            limits=Limits(seconds=_SECONDS),
            cancelled=cancelled,
        )

    lacking: list[str] = []
    for group in _compatible(packages):
        if having is not None and run("--no-index", "--find-links", having.as_uri(), *group).ok:
            continue
        done = run(*group)
        for package in () if done.ok else group:  # two may want different versions of a third, one may have no wheel
            try:
                _require(done if len(group) == 1 else run(package), package, where)
            except NoWheel as error:
                lacking += error.args
    if lacking:
        raise NoWheel(*lacking)
    return sorted(into.glob("*.whl"))


def pythons_here(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The versions of Python that the student's environments may have: coursekit's own, and that of their ``python3``.

    The own one is the empty text, which is what ``download`` takes it for.
    """
    found = find_program("python3", environment.get("PATH", ""))
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    if found is None:
        return [""]
    asked = run_program(
        [str(found), "-I", "-c", code],
        cwd="/",
        environment=_settings(environment),
        stdin=b"",
        limits=Limits(),
        cancelled=never,
    )
    version = asked.output.strip()
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    return ["", version] if asked.ok and version != own else [""]


def _compatible(packages: Sequence[str]) -> Iterator[list[str]]:
    """Groups in which no package stands in two versions: pip would refuse those."""
    left = list(packages)
    while left:
        taken: dict[str, str] = {}
        for package in left:
            taken.setdefault(_project(package), package)
        yield list(taken.values())
        left = [package for package in left if package not in taken.values()]


def _project(package: str) -> str:
    """The name of a package as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=]", package)[0]).lower()


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    """All that pip gets to know."""
    known = {name: value for name, value in environment.items() if _PASSED_ON.fullmatch(name)}
    home = environment.get("HOME") or str(Path.home())
    fixed = {"PATH": trusted_path(), "HOME": home, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "TMPDIR": gettempdir()}
    return fixed | {"PIP_RETRIES": "2"} | known


def _require(done: Completed, package: str, where: str) -> None:
    """Raise what a run of pip that did not do its work means."""
    if done.ok:
        return
    said = done.output.strip()
    if done.ending is Ending.CANCELLED:
        raise Stopped
    if "No module named pip" in said:
        raise CourseError(
            f"The Python of coursekit has no pip: {sys.executable}",
            f"Give it one: {sys.executable} -m ensurepip",
            ExitCode.TOOL_MISSING,
        )
    if "No space left" in said:
        raise CourseError(
            f"There is no room for the wheels of {package}.", "Make room, then try again.", ExitCode.COULD_NOT_CHECK
        )
    if _NO_NETWORK.search(said) or done.ending is not Ending.EXITED:
        raise CourseError(
            f"The package index cannot be reached, so {package} was not fetched. {_last(said) or done.explanation}",
            "Look at your connection, then try again, or take what your class has: coursekit fetch LAB --from FOLDER",
            ExitCode.COULD_NOT_CHECK,
        )
    raise NoWheel(f"There is no wheel of {package}{where}. {_last(said)}")


def _last(said: str) -> str:
    """The last thing pip said, without its own label."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].removeprefix("ERROR: ") if lines else ""
