"""The app's process: ``python -m coursekit.app [--course PATH] --control N --runtime FOLDER``, from the supervisor.

``N`` is the descriptor of the line to the supervisor; when that closes, the app ends. ``FOLDER`` is
removed by the supervisor. Exit codes: 0 after quitting,
those of `ExitCode` for a known problem, 70 for a bug, whose traceback is written into a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.errors import CourseError

if TYPE_CHECKING:
    from coursekit.practice.practice import Practice

_BUG = 70
_HUNG_UP = 129


def main(arguments: Sequence[str]) -> int:
    """Run the app until the student leaves; gives the exit code."""
    words = dict(zip(arguments[::2], arguments[1::2], strict=True))
    course = words.get("--course")
    runtime = Path(words["--runtime"])
    tempfile.tempdir = str(runtime)
    try:
        return _run(Path(course) if course else None, int(words["--control"]), runtime)
    except CourseError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_code)
    except Exception as error:  # a bug: said plainly, its traceback kept for whoever mends it
        from coursekit.crash import write_crash

        sys.stderr.write(
            f"coursekit has stumbled over a mistake of its own. What happened stands in {write_crash(error)}\n"
        )
        sys.stderr.write("Your work and your points are kept. Start coursekit again to go on.\n")
        return _BUG
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
        with contextlib.suppress(OSError):
            runtime.parent.rmdir()  # the supervisor may be gone: whoever is the last to need it removes it


def _run(course: Path | None, descriptor: int, runtime: Path) -> int:
    from coursekit.app.app import CoursekitApp
    from coursekit.app.control import Control
    from coursekit.practice.opening import open_practice

    control = Control(descriptor)

    class SupervisedApp(CoursekitApp):
        """Ends with its supervisor."""

        def on_load(self) -> None:
            control.listen(lambda: self.exit(return_code=_HUNG_UP))
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)

    with open_practice(course) as practice:
        app = SupervisedApp(practice, control, runtime)
        app.run()
        if app.crash is not None:
            raise app.crash
        if not app.return_code and (said := _what_runs(practice)):
            sys.stdout.write(f"{said}\n")
    return app.return_code or 0


def _what_runs(practice: Practice) -> str:
    """A word on guests that run on; empty when none does."""
    from coursekit.practice.running import running_guests, still_running

    started = [practice.workspace(exercise) for exercise, at in practice.standings().items() if at.started]
    return still_running(running_guests(started), 0)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a thread that still looks at a slow tool must not hold up quitting
