"""A stage: a home of its own with a workspace and a student's shell, where solutions and mistakes are played for real.

A snapshot keeps the home's files and the shell's state (folder, variables, functions), so that a mistake can begin
where the solution had come to. Files are put back under the same path, since environments hold absolute ones. What an
engine holds, or a machine that runs, cannot be set back: an exercise that makes such things begins again from its
start.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from coursekit.model.exercise import Exercise
from coursekit.model.solution import Action, Answer, Type
from coursekit.practice.home import find_home
from coursekit.practice.workspace import make_workspace
from coursekit.progress.ledger import Ledger
from coursekit.rehearsal.belongings import Belongings
from coursekit.rehearsal.pool import Pool, Tree
from coursekit.shell.student import plan_student_shell
from coursekit.shell.typist import Typist
from coursekit.supplies.wheels import with_wheels
from coursekit.technologies.engine.endpoint import find_endpoint
from coursekit.technologies.engine.own import LONGEST_COMMAND


@dataclass(frozen=True)
class Snapshot:
    """A moment on the stage, to which it can be set back."""

    home: Tree
    shell: Path
    answers: dict[str, str]


@dataclass
class Stage:
    """Where one exercise is played. A context manager: nothing is left behind."""

    exercise: Exercise
    answers: dict[str, str] = field(default_factory=dict)
    """Step id to the answer given."""

    def __post_init__(self) -> None:
        self._snapshots = 0
        self._typist: Typist | None = None

    def __enter__(self) -> Stage:
        self._folder = Path(tempfile.mkdtemp(prefix="coursekit-rehearsal-")).resolve()
        self._home = self._folder / "home"
        (self._folder / "pool").mkdir()
        self._pool = Pool(self._folder / "pool")
        self.workspace = self._home / "coursekit" / self.exercise.id
        self._belongings = Belongings(self.exercise, self.workspace, Ledger(find_home().ledger))
        try:
            self._belongings.require_none()
            make_workspace(self.exercise, self.workspace)
            self._open_shell()
        except BaseException:
            self._close_shell()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._close_shell()
            self._belongings.end()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def play(self, action: Action) -> str:
        """Do what the action says, as a student would; gives what the screen showed. Raises CourseError."""
        match action:
            case Answer(step, answer):
                self.answers[step] = answer
                return ""
            case Type(text, until=until):
                assert self._typist is not None
                self._belongings.announce()
                if until:
                    self._typist.type_until(text, until, LONGEST_COMMAND)
                else:
                    self.shell = self._typist.type(text, LONGEST_COMMAND)
                self._belongings.note(self._typist.output)
                return self._typist.output

    @property
    def can_be_set_back(self) -> bool:
        """Whether all that an exercise makes lies in its home, and nothing in it runs."""
        return not self.exercise.makes

    def snapshot(self) -> Snapshot:
        """Keep this moment."""
        assert self._typist is not None
        self._snapshots += 1
        shell = self._folder / f"shell-{self._snapshots}"
        self._typist.snapshot(shell)
        return Snapshot(self._pool.keep(self._home), shell, dict(self.answers))

    def restore(self, snapshot: Snapshot) -> None:
        """Set the stage back to a moment that was kept; one that cannot be set back, to its start."""
        self._close_shell()
        self._belongings.remove()
        self._pool.restore(snapshot.home, self._home)
        self.answers = dict(snapshot.answers)
        self._open_shell()
        assert self._typist is not None
        self.shell = self._typist.restore(snapshot.shell)

    def _open_shell(self) -> None:
        runtime = self._folder / "runtime"
        runtime.mkdir(exist_ok=True)
        launch = plan_student_shell(self.workspace, self._environment(), runtime, shell=shutil.which("bash"))
        self._typist = Typist(launch)
        self.shell = self._typist.state

    def _close_shell(self) -> None:
        if self._typist is not None:
            self._typist.close()
            self._typist = None

    def _environment(self) -> dict[str, str]:
        cache = os.environ.get("PIP_CACHE_DIR") or str(Path.home() / ".cache" / "pip")
        engine = find_endpoint(os.environ, Path.home())  # a context is kept in the home, which is another one here
        reached = {"DOCKER_HOST": engine.url} if engine.origin not in ("the default", "DOCKER_HOST") else {}
        quiet = {"VIRTUALENV_NO_PERIODIC_UPDATE": "1"}  # which would go on writing into the home in the background
        own = {"HOME": str(self._home), "TMPDIR": str(self._folder), "PIP_CACHE_DIR": cache}
        own["UV_CACHE_DIR"] = os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv")
        own["PIP_COMPILE"] = "0"  # Python compiles what it imports, and of a kernel's packages that is a small part
        return with_wheels({**os.environ, **quiet, **own, **reached}, find_home().wheels)
