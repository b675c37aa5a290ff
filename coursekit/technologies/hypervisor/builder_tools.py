"""The programs that build a guest image: found, run to their end, each line that they print passed on."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from coursekit.shell.channel import LocalChannel
from coursekit.shell.program import find_program, trusted_path
from coursekit.shell.running import Cancelled, never
from coursekit.technologies.hypervisor.problem import GuestProblem

Say = Callable[[str], None]
_PACKAGES = {"mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs", "qemu-img": "qemu-utils"}
_PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_SHOWN = 6
"""Lines of a program that failed which are told."""


def require_tools() -> None:
    """Raise GuestProblem, with the line that installs them, when a program is missing."""
    needed = _PACKAGES if os.geteuid() == 0 else _PACKAGES | {"newuidmap": "uidmap"}
    if missing := [package for name, package in needed.items() if find_program(name) is None]:
        raise GuestProblem(
            f"To build a guest image, this machine needs {', '.join(missing)}. "
            f"On Debian and Ubuntu: sudo apt install {' '.join(missing)}"
        )


def run(
    argv: Sequence[str],
    folder: Path,
    say: Say,
    *,
    reading: Path | None = None,
    writing: Path | None = None,
    cancelled: Cancelled = never,
) -> None:
    """Run a program to its end, with files as its input and output where given. Raises GuestProblem when it fails."""
    line = shlex.join(argv) + (f" <{shlex.quote(str(reading))}" if reading else " </dev/null")
    if writing:  # what is nothing but zeros takes no room
        line = f"{{ {line} || echo >failed; }} | dd bs=64k conv=sparse status=none of={shlex.quote(str(writing))}"
        line = f"rm -f failed; {line} && [ ! -e failed ]"
    channel = LocalChannel(
        ["/bin/sh", "-c", f"({line}); printf '\\036%s\\n' $?"], cwd=str(folder), environment=_environment()
    )
    status, lines, pending = "", list[str](), b""
    try:
        while (data := channel.receive(0.1)) is not None:
            if cancelled():
                raise GuestProblem("Building the guest image was cancelled. The next time it goes on from here.")
            *ended, pending = (pending + data).split(b"\n")
            for text in (one.decode("utf-8", "replace") for one in ended):
                if text.startswith("\x1e"):
                    status = text[1:]
                elif text.strip():
                    lines.append(text)
                    say(text)
    finally:
        channel.close()
    if status != "0":
        last = "\n".join(lines[-_SHOWN:])
        raise GuestProblem(f"{Path(argv[0]).name} failed while the guest image was being built:\n{last}")


def program(name: str) -> str:
    """The absolute path of a program that `require_tools` has found."""
    return str(find_program(name))


def as_root(argv: Sequence[str]) -> list[str]:
    """A program run as root: as this account when it is root's, else as the root of a user namespace."""
    return [*argv] if os.geteuid() == 0 else [program("mmdebstrap"), "--unshare-helper", *argv]


def _environment() -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"PATH": trusted_path(), "HOME": os.path.expanduser("~"), "LC_ALL": "C.UTF-8", "TMPDIR": "/var/tmp"} | kept
