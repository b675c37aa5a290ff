"""The front door: ``coursekit`` and ``python3 -m coursekit``. The standard library only, until more is needed."""

import os
import sys


def main():
    # type: () -> int
    """Open the app, or run a command; gives the exit code."""
    from coursekit.bootstrap import ensure

    ensure("", "coursekit")
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from coursekit import __version__

        sys.stdout.write(f"coursekit {__version__}\n")
        return 0
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        return _explain(error)


def _run(arguments):
    # type: (list[str]) -> int
    if _wants_app(arguments):
        if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
            sys.stderr.write(
                "The app needs a terminal that can draw, and this is none.\n"
                "Every part of it is a plain command as well: coursekit --help\n"
            )
            return 2
        from coursekit.supervisor.supervisor import run_app

        return run_app(arguments)
    from coursekit.cli import main as run_command

    return run_command(arguments)


def _wants_app(arguments):
    # type: (list[str]) -> bool
    """Whether no command is named: nothing at all, or only which course."""
    return not arguments or (len(arguments) == 2 and arguments[0] == "--course")


def _explain(error):
    # type: (Exception) -> int
    """Say a known problem plainly; keep the traceback of any other in a log."""
    from coursekit.errors import CourseError

    if isinstance(error, CourseError):
        sys.stderr.write(str(error) + "\n")
        return int(error.exit_code)
    from coursekit.crash import write_crash

    sys.stderr.write(
        f"coursekit has stumbled over a mistake of its own. What happened stands in {write_crash(error)}\n"
    )
    return 70


if __name__ == "__main__":
    sys.exit(main())
