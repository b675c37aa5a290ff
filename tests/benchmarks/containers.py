"""How long a check of a running container takes: `python -m tests.benchmarks.containers`.

What an engine itself takes to answer a question and to run a program inside, its own command line, a new container, a
command in the shell that is kept open inside; beside them a whole check (state, image, memory, a word from inside) as
a checker that is warm makes it, connection and all. Prints; never fails by the clock.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import docker

from coursekit.checker.checking import check_steps
from coursekit.checks import KINDS
from coursekit.course.exercises import read_exercise
from coursekit.progress.ledger import Ledger
from coursekit.technologies.engine.connection import Engines
from coursekit.technologies.engine.own import peek
from coursekit.technologies.engine.place import ContainerPlace
from tests.benchmarks.checks import line, median
from tests.courses import make_course
from tests.engines import BUSYBOX, Things

EXERCISE = """\
title: Container
summary: A container.
minutes: 1
steps:
  - id: one
    title: One that runs
    points: 1
    check: {{container: {{name: {name}, state: running, image: "busybox:1.36", memory: 64 MB}}}}
  - id: inside
    title: A command inside
    points: 1
    check: {{inside: {{container: {name}, check: {{command: {{run: echo answer, prints: answer}}}}}}}}
"""


def api_exec(api: docker.APIClient, name: str) -> None:
    created = api.exec_create(name, ["echo", "answer"])
    assert api.exec_start(created["Id"]) == b"answer\n"


def cli(*words: str) -> None:
    assert subprocess.run(["docker", *words], capture_output=True, check=True).stdout == b"answer\n"


def main() -> None:
    things = Things()
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure(things, Path(folder))
    finally:
        things.clear()


def measure(things: Things, folder: Path) -> None:
    name = things.container(options=("--memory", "64m"))
    api = docker.APIClient()
    print("a running container (budget 2 x an exec through the API)")
    line("floor: inspect through the API", median(lambda: api.inspect_container(name), 50))
    floor = median(lambda: api_exec(api, name), 20)
    line("floor: exec through the API", floor)
    line("peer: docker exec", median(lambda: cli("exec", name, "echo", "answer"), 20), floor)
    line("peer: docker run --rm", median(lambda: cli("run", "--rm", BUSYBOX, "echo", "answer"), 8), floor)
    with Engines() as engines, ContainerPlace(engines.reach({}), name) as inside:
        line(
            "ours: a command in the shell kept open inside", median(lambda: inside.run(["echo", "answer"]), 200), floor
        )

    course = make_course(folder / "course")
    exercise_folder = course / "exercises/venv/one"
    exercise_folder.mkdir()
    (exercise_folder / "exercise.yaml").write_text(EXERCISE.format(name=name))
    (exercise_folder / "guide.md").write_text("# One\n\n## one\n\nOne.\n\n## inside\n\nTwo.\n")
    exercise = read_exercise(course, "venv/one", kinds=KINDS)

    def check(step: str) -> None:
        [(_, verdict)] = check_steps(
            exercise,
            [step],
            workspace=folder,
            shell=None,
            answers={},
            passed=(),
            ledger=folder / "ledger.sqlite3",
        )
        assert verdict.passed, verdict

    line("ours: a whole check: state, image, memory", median(lambda: check("one"), 20), floor)
    line("ours: a whole check: a command inside", median(lambda: check("inside"), 20), floor)

    print("what is made for a look, and removed again")
    ledger = Ledger(folder / "ledger.sqlite3")
    line("an entry and its end in the ledger", median(lambda: ledger.strike(ledger.enter("container", "x")), 50))
    line("a look for what was abandoned", median(ledger.abandoned, 50))
    with Engines() as engines:
        engine = engines.reach({})

        def look() -> None:
            with peek(engine, BUSYBOX, ledger) as inside:
                inside.read("/etc/passwd")

        line("ours: a file of an image", median(look, 20), floor)
    api.close()


if __name__ == "__main__":
    main()
