"""The app's process: ``python -m coursekit.app [--course PATH] --control N``, started by the supervisor.

``N`` is the descriptor of the line to the supervisor; when that closes, the app ends. Exit codes: 0 after quitting,
those of `ExitCode` for a known problem, 70 for a bug, whose traceback is written into a log.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from coursekit.errors import CourseError

_BUG = 70
_HUNG_UP = 129


def main(arguments: Sequence[str]) -> int:
    """Run the app until the student leaves; gives the exit code."""
    words = dict(zip(arguments[::2], arguments[1::2], strict=True))
    course = words.get("--course")
    try:
        return _run(Path(course) if course else None, int(words["--control"]))
    except CourseError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_code)


def _run(course: Path | None, descriptor: int) -> int:
    from coursekit.app.app import CoursekitApp
    from coursekit.app.control import Control
    from coursekit.practice.opening import open_practice

    control = Control(descriptor)

    class SupervisedApp(CoursekitApp):
        """Ends with its supervisor."""

        def on_load(self) -> None:
            control.listen(lambda: self.exit(return_code=_HUNG_UP))

    with open_practice(course) as practice:
        app = SupervisedApp(practice, control)
        app.run()
    if app.crash is not None:
        from coursekit.crash import write_crash

        log = write_crash(app.crash)
        sys.stderr.write(f"coursekit has stumbled over a mistake of its own. What happened stands in {log}\n")
        sys.stderr.write("Your work and your points are kept. Start coursekit again to go on.\n")
        return _BUG
    return app.return_code or 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a thread that still looks at a slow tool must not hold up quitting
