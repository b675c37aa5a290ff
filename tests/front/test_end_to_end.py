"""A student's way, in a real terminal: from the map to finished exercises, quitting in between, and coming back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.checks import KINDS
from coursekit.course.exercises import draw_values, read_exercise
from coursekit.course.locate import find_course
from coursekit.course.solutions import read_solution
from coursekit.model.exercise import Exercise
from coursekit.model.question import Form
from coursekit.model.solution import Answer, Type
from coursekit.practice.made import find_made, remove_made
from coursekit.practice.opening import open_course
from coursekit.progress.store import Store
from coursekit.technologies.hypervisor.cache import ELSEWHERE, cache_folder, find
from coursekit.technologies.hypervisor.hardware import hardware
from tests.courses import make_course
from tests.engines import docker
from tests.front.test_supervisor import child
from tests.qemu import empty_guest, needs_qemu
from tests.terminals import Terminal, coursekit


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 48)])
def test_the_tiny_course_from_the_map_to_its_end(tmp_path: Path, columns: int, rows: int) -> None:
    course = make_course(tmp_path / "course")
    with coursekit(course, tmp_path / "home", columns, rows) as app:
        app.shows("○ Tiny (0 of 7 points)")
        app.press("Down", "Enter")
        app.shows("Tiny · 0 of 7 points", "touch made", "venv/tiny")
        app.press("touch made", "Enter")
        app.shows("✓ step 1 passed, 4 points", "Tiny · 4 of 7 points", "Why?")
        app.press("F5", "2")
        app.shows("Right. Just so.", "Tiny · 6 of 7 points", "Enter goes on to step 3.")
        app.press("touch again; cd below", "Enter")
        app.shows("All steps have passed: 7 of 7 points.", "What ada makes", "F9 opens what comes next: “Slow”")
        app.press("F10")
        app.shows("● Tiny (finished, 7 of 7 points)")
        app.press("q")
        assert app.wait() == 0
        assert app.restored


def test_quit_in_the_middle_and_come_back(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    with coursekit(course, tmp_path / "home") as app:
        app.shows("Tiny")
        app.press("Down", "Enter")
        app.shows("venv/tiny")
        app.press("touch made", "Enter")
        app.shows("Tiny · 4 of 7 points")
        os.kill(child(app.pid, "coursekit.app"), signal.SIGKILL)
        assert app.wait() == 137
    with coursekit(course, tmp_path / "home") as app:
        app.shows("◐ Tiny (started, 4 of 7 points)")
        app.press("Enter")
        app.shows("Tiny · 4 of 7 points", "Say why", "Why?")
    assert (tmp_path / "home/coursekit/venv/tiny/made").exists()


@needs_qemu
def test_guests_that_run_on_are_told_when_the_app_is_quit(tmp_path: Path) -> None:
    with coursekit(make_course(tmp_path / "course"), tmp_path / "home") as app:
        app.shows("Tiny")
        app.press("Down", "Enter")
        app.shows("venv/tiny")
        with empty_guest(tmp_path / "home/coursekit/venv/tiny/box"):
            app.press("\0", "q")
            assert app.wait() == 0
        assert "1 guest still runs and holds memory. To end it: go back, or coursekit clean" in app.text


def test_what_another_terminal_does_is_seen(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    with coursekit(course, tmp_path / "home") as app:
        app.shows("Tiny")
        app.press("Down", "Enter")
        app.shows("venv/tiny")
        (tmp_path / "home/coursekit/venv/tiny/made").touch()
        words = [sys.executable, "-m", "coursekit", "--course", str(course), "check", "venv/tiny", "first"]
        environment = {**os.environ, "COURSEKIT_HOME": str(tmp_path / "home/coursekit")}
        assert "Make it: passed" in subprocess.run(words, env=environment, capture_output=True, text=True).stdout
        app.shows("Tiny · 4 of 7 points")


def test_checks_by_themselves_never_cost_a_key(tmp_path: Path) -> None:
    """While steps are checked after every command, everything typed arrives."""
    with coursekit(make_course(tmp_path / "course"), tmp_path / "home") as app:
        app.shows("Tiny")
        app.press("Down", "Enter")
        app.shows("venv/tiny")
        for number in range(20):
            app.press(f"echo {number} >> typed", "Enter")
        app.press("echo the-last''-one", "Enter")
        app.shows("the-last-one")
    typed = (tmp_path / "home/coursekit/venv/tiny/typed").read_text()
    assert typed.split() == [str(number) for number in range(20)]


def _items() -> list[str]:
    return [item.id for lab in open_course().labs for item in lab.items]


def _nameless(exercise: Exercise) -> set[str]:
    """The images without a name that nothing is built on, where the exercise makes any."""
    if not any(made.kind == "image" for made in exercise.makes):
        return set()
    return set(docker("images", "--quiet", "--no-trunc", "--filter", "dangling=true").split())


def _type(app: Terminal, text: str, until: str, exercise: Exercise) -> None:
    """Type a line. Where there are guests, wait until it is done: typed too early it would reach another machine."""
    before = app.text
    app.press(text, "Enter")
    if exercise.guests:
        app.until(lambda: app.text != before, 30)
        app.until(lambda: _waits(app, until, exercise), 120)


def _waits(app: Terminal, until: str, exercise: Exercise) -> bool:
    """Whether the shell waits: for what a guest asks, or at a prompt in the exercise's folder, where no guest is."""
    line = _shell_line(app)
    if until.strip().endswith((":", "#", "$")):
        return line.endswith(until.strip())
    at_prompt = line.endswith(("#", "$"))
    if until:  # something is printed, and then a prompt
        return at_prompt
    return at_prompt and exercise.id in line


def _shell_line(app: Terminal) -> str:
    """The last line in the shell, which stands beside the guide."""
    rows = app.text.splitlines()
    edge = next((row.index(word) for row in rows for word in ("▼ Shell", "─Shell", "━Shell") if word in row), 0)
    shown = [row[max(0, edge - 1) :].strip() for row in rows[2:-1]]
    return next((line for line in reversed(shown) if line), "")


@pytest.mark.network
@pytest.mark.parametrize("exercise_id", [exercise.id for exercise in open_course().exercises])
def test_the_course_as_its_solutions_have_it(tmp_path: Path, exercise_id: str, request: pytest.FixtureRequest) -> None:
    """What the solution types, typed in the app: every step turns green by itself."""
    home = tmp_path / "home"
    with Store.open(home / "coursekit" / ".coursekit" / "progress.sqlite3") as store:
        values = draw_values(find_course(), exercise_id, store.seed())
    exercise = read_exercise(find_course(), exercise_id, kinds=KINDS, values=values)
    ledger = home / "coursekit" / ".coursekit" / "ledger.sqlite3"
    workspace = home / "coursekit" / exercise_id
    before = _nameless(exercise)

    def clear() -> None:
        remove_made(find_made(exercise, workspace, ledger=ledger), workspace)
        for image in _nameless(exercise) - before:  # steps of a build that failed: they bear no mark
            docker("rmi", image, check=False)

    request.addfinalizer(clear)
    points, in_the_shell = 0, False
    cache = {"PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))}
    if exercise.guests:
        if find(hardware()) is None:
            pytest.skip("no guest image, see .ci/guest")
        cache[ELSEWHERE] = str(cache_folder(hardware()).parent)
    with coursekit(None, home, 120, 40, **cache) as app:
        app.shows("Quit")
        app.press(*["Down"] * _items().index(exercise_id), "Enter")
        app.shows(f"0 of {exercise.points} points", exercise_id)
        for number, (step_id, actions) in enumerate(read_solution(exercise).steps, start=1):
            for action in actions:
                match action:
                    case Type(text, until=until):
                        _type(app, text, until, exercise)
                        in_the_shell = True
                    case Answer(_, answer):
                        question = exercise.step(step_id).question
                        assert question is not None
                        picked = [str(question.items.index(item) + 1) for item in answer.splitlines() if question.items]
                        if number > 1 and not in_the_shell:
                            app.press("Enter")  # the explanation of the answer before has been read
                        app.shows(f"{number}. {' '.join(exercise.step(step_id).title.split()[:2])}")
                        app.press(*(["F5"] if in_the_shell else []), " ".join(picked) or answer)
                        app.press(*([] if question.form is Form.CHOICE else ["Enter"]))
                        in_the_shell = False
            points += exercise.step(step_id).points
            app.shows(f"{points} of {exercise.points} points", seconds=90)
        app.shows("All steps have passed")
        app.press("F10")
        app.shows(f"● {exercise.title} (finished")
        app.press("q")
        assert app.wait() == 0
