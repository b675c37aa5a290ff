"""Exercises as pytest items: each is a test of its untouched start, its solution and the other ways to its goal.

With ``--mistakes`` its typical mistakes are tests, too: they take four times as long. Installed as a pytest plug-in, so
that authors of other courses run ``pytest exercises`` as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest

from coursekit.errors import CourseError, ExitCode

if TYPE_CHECKING:
    from coursekit.rehearsal.rehearsal import Rehearsal


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the run decide about what takes long."""
    parser.getgroup("coursekit").addoption(
        "--mistakes", action="store_true", help="play the typical mistakes of exercises, too"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the items' marker known."""
    config.addinivalue_line("markers", "exercise: a part of an exercise, played for real in a shell")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Look into ``exercises/venv``, too: pytest takes a folder of that name for an environment and passes it by."""
    exercises = collection_path.parent
    in_a_course = exercises.name == "exercises" and (exercises.parent / "labs" / "course.yaml").is_file()
    return False if in_a_course and collection_path.is_dir() else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take ``exercises/<technology>/<name>/exercise.yaml`` of a course for a set of tests."""
    if file_path.name != "exercise.yaml" or len(file_path.parents) < 4:
        return None
    course = file_path.parents[3]
    if file_path.parents[2].name != "exercises" or not (course / "labs" / "course.yaml").is_file():
        return None
    return ExerciseFile.from_parent(parent, path=file_path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long each exercise took, and each technology's together."""
    exercises: dict[str, list[float]] = {}
    for reports in list(terminalreporter.stats.values()):
        for report in reports:
            place = PurePosixPath(getattr(report, "nodeid", "").partition("::")[0])
            if isinstance(report, pytest.TestReport) and place.name == "exercise.yaml":
                exercises.setdefault("/".join(place.parts[-3:-1]), []).append(report.duration)
    if not exercises:
        return
    terminalreporter.section("seconds that exercises took")
    for technology, names in itertools.groupby(sorted(exercises), lambda name: name.partition("/")[0]):
        took = {name: sum(exercises[name]) for name in names}
        for name, seconds in took.items():
            terminalreporter.write_line(f"{seconds:8.1f}  {name}")
        terminalreporter.write_line(f"{sum(took.values()):8.1f}  {technology}, together")


class ExerciseFile(pytest.File):
    """One exercise; its rehearsal is shared by its items, in their order."""

    rehearsal: Rehearsal

    def collect(self) -> Iterator[pytest.Item]:
        """The exercise's items."""
        from coursekit.rehearsal.rehearsal import Rehearsal

        folder = self.path.parent
        self.rehearsal = Rehearsal(self.path.parents[3], f"{folder.parent.name}/{folder.name}")
        yield ExerciseItem.from_parent(self, name="untouched", part=self.rehearsal.untouched)
        yield ExerciseItem.from_parent(self, name="solution", part=lambda: self.rehearsal.play(self.rehearsal.solution))
        for way in self.rehearsal.ways:
            yield ExerciseItem.from_parent(
                self,
                name=way.name,
                part=lambda way=way: self.rehearsal.play(way),
            )
        for mistake in self.rehearsal.mistakes if self.config.getoption("mistakes") else ():
            yield ExerciseItem.from_parent(
                self,
                name=f"wrong/{mistake.name}",
                part=lambda mistake=mistake: self.rehearsal.play_mistake(mistake),
            )

    def setup(self) -> None:
        try:
            self.rehearsal.__enter__()
        except CourseError as error:
            if error.exit_code is ExitCode.TOOL_MISSING:
                pytest.skip(error.message)
            raise
        self.addfinalizer(lambda: self.rehearsal.__exit__(None, None, None))


class ExerciseItem(pytest.Item):
    """One part of a rehearsal."""

    def __init__(self, *, part: Callable[[], list[str]], **keywords: object) -> None:
        super().__init__(**keywords)  # type: ignore[arg-type]
        self.part = part
        self.add_marker("exercise")

    def runtest(self) -> None:
        complaints = self.part()
        if complaints:
            raise RehearsalFailed("\n".join(complaints))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str | object:  # type: ignore[override]
        if isinstance(excinfo.value, RehearsalFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.parent.parent.name}/{self.path.parent.name}: {self.name}"


class RehearsalFailed(Exception):
    """An exercise is not as it should be."""
