"""How long a person waits for coursekit to begin and to end: `python -m tests.benchmarks.startup`.

Commands against `python -c pass`; the app's first paint against that of a minimal Textual app; quitting, also while a
check runs. Prints; never fails by the clock.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.courses import make_course
from tests.terminals import Terminal, coursekit

RUNS = 15
MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self): yield Static("painted")
Minimal().run()
"""


def median(measure: Callable[[], float], runs: int = RUNS) -> float:
    measure()
    return statistics.median(measure() for _ in range(runs))


def command(*argv: str) -> float:
    start = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def paint(argv: Sequence[str], environment: dict[str, str], words: str) -> float:
    start = time.perf_counter()
    with Terminal(argv, environment, 100, 30) as terminal:
        terminal.shows(words)
        return time.perf_counter() - start


def quitting(course: Path, folder: Path, *, with_a_check: bool) -> float:
    with coursekit(course, Path(tempfile.mkdtemp(dir=folder))) as app:
        app.shows("Quit")
        if with_a_check:
            app.press("Down", "Down", "Enter")
            app.shows("Wait (1 point)", "venv/slow")
            app.press("F2")
            app.shows("checking step 1")
            app.press("Ctrl+Space")
            app.shows("Quit")
        start = time.perf_counter()
        app.press("q")
        app.wait()
        return time.perf_counter() - start


def line(name: str, seconds: float, floor: float = 0.0) -> None:
    ratio = f"  {seconds / floor:5.2f} x floor" if floor else ""
    print(f"  {name:44}{1000 * seconds:8.1f} ms{ratio}")


def main() -> None:
    program = str(Path(sys.executable).with_name("coursekit"))
    floor = median(lambda: command(sys.executable, "-c", "pass"))
    print("a command (budget 6 x floor for --version and --help)")
    line("floor: python -c pass", floor)
    line("peer: pip --version", median(lambda: command(sys.executable, "-m", "pip", "--version"), 5), floor)
    line("peer: pytest --version", median(lambda: command(sys.executable, "-m", "pytest", "--version"), 5), floor)
    for words in (["--version"], ["--help"], ["list"]):
        line(f"ours: coursekit {words[0]}", median(lambda words=words: command(program, *words)), floor)
    with tempfile.TemporaryDirectory() as folder:
        course, home = make_course(Path(folder) / "course"), Path(folder) / "home"
        home.mkdir()
        known = {"HOME": str(home), "COURSEKIT_HOME": str(home / "coursekit"), "PATH": os.environ["PATH"]}
        print("first paint (budget 1.5 x a minimal Textual app)")
        minimal = median(lambda: paint([sys.executable, "-c", MINIMAL], known, "painted"))
        line("floor: a minimal Textual app", minimal)
        ours = median(lambda: paint([program, "--course", str(course)], known, "A tiny course"))
        line("ours: the course map", ours, minimal)
        print("quitting (budget 1000 ms)")
        line("from the map", median(lambda: quitting(course, Path(folder), with_a_check=False), 5))
        line("with a check running", median(lambda: quitting(course, Path(folder), with_a_check=True), 3))


if __name__ == "__main__":
    main()
