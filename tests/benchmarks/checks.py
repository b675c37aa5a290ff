"""How long checks take: `python -m tests.benchmarks.checks`.

One command through a session, against a raw pseudo-terminal, tuned pexpect, and pexpect as it comes. A step's check
that runs three commands in a virtual environment, in a warm checker, against a plain script that runs the same three.
Prints; never fails by the clock.
"""

from __future__ import annotations

import asyncio
import os
import pty
import statistics
import subprocess
import tempfile
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pexpect.replwrap

from coursekit.checker.protocol import Request
from coursekit.shell.local import LocalPlace
from tests.app.conftest import OwnCheckers
from tests.courses import make_course

EXERCISE = """\
title: Three
summary: Three commands.
minutes: 1
steps:
  - id: three
    title: Three commands in an environment
    points: 1
    check:
      all:
        - command: {run: "env/bin/python -c 'print(1)'", prints: "1"}
        - command: {run: "env/bin/python -c 'import sys; print(sys.prefix)'", prints: "/env"}
        - command: {run: "env/bin/python -c 'import json; print(json.dumps(3))'", prints: "3"}
"""
COMMANDS = ["print(1)", "import sys; print(sys.prefix)", "import json; print(json.dumps(3))"]


def median(measure: Callable[[], object], runs: int) -> float:
    times = []
    measure()
    for _ in range(runs):
        start = time.perf_counter()
        measure()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def raw_pty(shell: str) -> float:
    """The floor: write a command to a shell on a raw terminal, read to its exit status."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(shell, [shell], {"PATH": "/usr/bin:/bin", "PS1": ""})
    tty.setraw(fd)
    os.write(fd, b"PS1=; stty raw -echo; echo rea''dy\n")
    _until(fd, b"ready")

    def once() -> None:
        os.write(fd, b"echo answer; echo ma''rk:$?\n")
        _until(fd, b"mark:0")

    seconds = median(once, 500)
    os.close(fd)
    os.waitpid(pid, 0)
    return seconds


def _until(fd: int, words: bytes) -> None:
    seen = b""
    while words not in seen:
        seen += os.read(fd, 4096)


def tuned_pexpect() -> float:
    child: Any = pexpect.spawn("/bin/bash", ["--norc", "--noediting"], echo=False)
    child.delaybeforesend = None
    child.delayafterread = None
    child.sendline("PS1=; echo rea''dy")
    child.expect_exact("ready")

    def once() -> None:
        child.sendline("echo answer; echo ma''rk:$?")
        child.expect_exact("mark:0")

    seconds = median(once, 300)
    child.close(force=True)
    return seconds


def replwrap() -> float:
    repl: Any = pexpect.replwrap.bash()
    seconds = median(lambda: repl.run_command("echo answer"), 20)
    repl.child.close(force=True)
    return seconds


def session() -> float:
    with tempfile.TemporaryDirectory() as folder, LocalPlace(Path(folder)) as place:
        shell = place.session()
        return median(lambda: shell.run("echo answer"), 500)


def plain_script(workspace: Path) -> float:
    def once() -> None:
        for code in COMMANDS:
            subprocess.run([workspace / "env/bin/python", "-c", code], capture_output=True, check=True)

    return median(once, 20)


async def warm_checker(course: Path, workspace: Path) -> float:
    checkers = OwnCheckers()
    remote, _ = await checkers.open()
    times = []
    for number in range(21):
        ledger = str(workspace / "ledger")
        request = Request(number, str(course), "venv/three", {}, str(workspace), ("three",), (), None, {}, ledger)
        start = time.perf_counter()
        async for _, verdict in remote.check(request):
            assert verdict.passed, verdict
        times.append(time.perf_counter() - start)
    remote.close()
    await asyncio.sleep(0)
    checkers.close()
    return statistics.median(times[1:])


def line(name: str, seconds: float, floor: float = 0.0) -> None:
    ratio = f"  {seconds / floor:6.2f} x floor" if floor else ""
    print(f"  {name:44}{1000 * seconds:8.3f} ms{ratio}")


def main() -> None:
    print("one command through a session (budget 2 x raw pty)")
    floor = raw_pty("/bin/sh")
    line("floor: raw pty, sh", floor)
    line("floor: raw pty, bash", raw_pty("/bin/bash"), floor)
    line("peer: pexpect, tuned", tuned_pexpect(), floor)
    line("peer: pexpect.replwrap", replwrap(), floor)
    line("ours: a framed session", session(), floor)
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder) / "course")
        (course / "exercises/venv/three").mkdir()
        (course / "exercises/venv/three/exercise.yaml").write_text(EXERCISE)
        (course / "exercises/venv/three/guide.md").write_text("# Three\n\n## three\n\nThree.\n")
        workspace = Path(folder) / "workspace"
        subprocess.run(["/usr/bin/env", "python3", "-m", "venv", "--without-pip", workspace / "env"], check=True)
        print("a step's check with three commands in an environment (budget 150 ms, 1.5 x the script)")
        script = plain_script(workspace)
        line("floor: a plain script with the same three", script)
        line("ours: a warm checker", asyncio.run(warm_checker(course, workspace)), script)


if __name__ == "__main__":
    main()
