"""Trees of processes that grow side by side in one process: none takes what is another's for its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from coursekit.shell.tree import Tree

SIDE_BY_SIDE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from coursekit.shell import tree
from coursekit.shell.place import Limits
from coursekit.shell.running import never, run_program

assert tree.become_subreaper() or not sys.platform.startswith("linux")
if "defence off" in sys.argv:
    tree.Tree._without_those_of_others = lambda self, orphans: orphans

def run(number):
    line = f"(sleep 0.{number % 5}; true); (sleep 0.0{number % 3} &); echo {number}"
    done = run_program(["/bin/sh", "-c", line], cwd="/", environment={"PATH": "/usr/bin:/bin"}, stdin=b"",
                       limits=Limits(seconds=20), cancelled=never)
    return done.ok and done.output.strip() == str(number)

with ThreadPoolExecutor(12) as pool:
    print(sum(pool.map(run, range(60))))
"""


def test_an_interrupt_while_it_is_started_leaves_nothing() -> None:
    tree, started = Tree(), list[subprocess.Popen[bytes]]()

    def start() -> None:
        started.append(subprocess.Popen(["sleep", "600"], env={**os.environ, **tree.environment}))
        raise KeyboardInterrupt  # before the tree was told of the process

    with pytest.raises(KeyboardInterrupt), tree.starting():
        start()
    assert started[0].wait(10) == -signal.SIGTERM


def side_by_side(*words: str) -> int:
    done = subprocess.run([sys.executable, "-c", SIDE_BY_SIDE, *words], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_side_by_side() -> None:
    assert side_by_side() == 60


def test_with_the_defence_off() -> None:
    assert side_by_side("defence off") < 60
