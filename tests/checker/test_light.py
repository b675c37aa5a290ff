"""What a check of an environment must not wait for: nothing imports Docker's SDK until an engine is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.courses import make_course

EXERCISE = """\
title: Light
summary: An environment.
minutes: 1
steps:
  - id: env
    title: An environment
    points: 1
    check: {venv: env}
  - id: box
    title: A container
    points: 1
    check: {container: ckt-none}
"""
JUDGE = """
import sys
from pathlib import Path
import coursekit.checks, coursekit.checker.checking as checking
from coursekit.course.exercises import read_exercise
from coursekit.progress.ledger import Ledger

course, workspace, ledger = map(Path, sys.argv[1:])
exercise = read_exercise(course, "venv/light", kinds=coursekit.checks.KINDS)
kept = Ledger(ledger)
kept.strike(kept.enter("container", "unix:///nowhere"))

def judge(step):
    [(_, verdict)] = checking.check_steps(
        exercise, [step], workspace=workspace, shell=None, answers={}, passed=(), ledger=ledger)
    heavy = [name for name in ("docker", "requests", "urllib3") if name in sys.modules]
    print(step, verdict.outcome, *heavy)

judge("env")
judge("box")
"""


def test_only_a_check_that_asks_an_engine_loads_what_it_takes(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    folder = course / "exercises/venv/light"
    folder.mkdir()
    (folder / "exercise.yaml").write_text(EXERCISE)
    (folder / "guide.md").write_text("# Light\n\n## env\n\nOne.\n\n## box\n\nTwo.\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    command = [sys.executable, "-c", JUDGE, str(course), str(tmp_path), str(tmp_path / "ledger.sqlite3")]
    known = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=known)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["env passed", "box error"], "nobody listens: even then it is not needed"
