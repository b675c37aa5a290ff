"""Labs without a network: ``python -m tests.supplies.cut_off BUNDLE LAB…``, in a network namespace of its own.

Starts an engine of its own that has nothing, fetches the labs from the bundle, and plays the solution of each of their
exercises. Prints a line of JSON for each thing that was done.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coursekit.practice.opening import open_course
from coursekit.rehearsal.rehearsal import Rehearsal

_UP = 0x1 | 0x40
"""IFF_UP and IFF_RUNNING, from <linux/if.h>."""


def main(course: Path | None, bundle: str, labs: list[str]) -> None:
    """Do it all; what went wrong stands in the printed lines."""
    _lift_loopback()
    _tell(what="network", reachable=_reaches(("1.1.1.1", 443)) or _resolves("pypi.org"))
    with tempfile.TemporaryDirectory(prefix="cut-off-", dir="/tmp") as name, _engine(Path(name)) as url:
        _forget_this_machine(Path(name), url)
        began = time.monotonic()
        where = ["--course", str(course)] if course else []
        words = [sys.executable, "-m", "coursekit", *where, "fetch", *labs, "--from", bundle]
        fetched = subprocess.run(words, capture_output=True, text=True, check=False)
        _tell(what="fetch", status=fetched.returncode, said=fetched.stdout + fetched.stderr, seconds=_since(began))
        outline = open_course(course)
        for exercise in (exercise for lab in outline.labs if lab.id in labs for exercise in lab.exercises):
            began = time.monotonic()
            try:
                with Rehearsal(outline.folder, exercise.id) as rehearsal:
                    complaints = rehearsal.play(rehearsal.solution)
            except Exception as error:  # told like every other complaint
                complaints = [f"{type(error).__name__}: {error}"]
            _tell(what="exercise", name=exercise.id, complaints=complaints, seconds=_since(began))


def _tell(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)  # noqa: T201


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)


def _lift_loopback() -> None:
    with socket.socket() as line:
        fcntl.ioctl(line, 0x8914, struct.pack("16sh14x", b"lo", _UP))  # SIOCSIFFLAGS


def _reaches(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, 2).close()
    except OSError:
        return False
    return True


def _resolves(name: str) -> bool:
    try:
        socket.getaddrinfo(name, 443)
    except OSError:
        return False
    return True


def _forget_this_machine(folder: Path, engine: str) -> None:
    """Nothing that this machine has for pip may help: neither its settings nor what it has downloaded before."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            del os.environ[name]
    os.environ |= {
        "COURSEKIT_HOME": str(folder / "home"),
        "DOCKER_HOST": engine,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_CACHE_DIR": str(folder / "cache"),
        "TMPDIR": str(folder),
    }
    tempfile.tempdir = str(folder)


@contextlib.contextmanager
def _engine(folder: Path) -> Iterator[str]:
    """A Docker daemon without an image, with a bridge that leads nowhere; gives its address."""
    url = f"unix://{folder}/docker.sock"
    words = ["dockerd", "--iptables=false", "--ip6tables=false", "--host", url, "--pidfile", str(folder / "pid")]
    words += ["--data-root", str(folder / "data"), "--exec-root", str(folder / "run")]
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(words, stdout=log, stderr=log, env={**os.environ, "PATH": _path()})
    try:
        deadline = time.monotonic() + 60
        while subprocess.run(["docker", "--host", url, "version"], capture_output=True, check=False).returncode:
            starting = daemon.poll() is None and time.monotonic() < deadline
            assert starting, (folder / "log").read_text()[-2000:]
            time.sleep(0.1)
        yield url
    finally:
        daemon.terminate()
        daemon.wait(60)


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


if __name__ == "__main__":
    given = os.environ.get("CUT_OFF_COURSE")
    main(Path(given) if given else None, sys.argv[1], sys.argv[2:])
