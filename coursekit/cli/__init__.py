"""The command line: one file per command. Plain text that a screen reader can speak; ``--json`` where a program reads.

A command is imported when it is called, so that ``--help`` stays quick.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from coursekit.errors import ExitCode

COMMANDS = {
    "list": "Show the course: labs, pages, exercises, points.",
    "read": "Read a page of a lab.",
    "start": "Start an exercise, or go on with it.",
    "check": "Check the steps of an exercise.",
    "hint": "Open the next hint of a step.",
    "answer": "Answer the question of a step.",
    "status": "Show where you stand in an exercise.",
    "reset": "Begin an exercise or a step anew; your work is kept.",
    "shell": "Open your own shell in an exercise's folder.",
    "fetch": "Fetch what labs need, before it is needed.",
    "doctor": "Show which tools this machine has, and how to get the others.",
    "clean": "Show what coursekit keeps on this machine, and remove it.",
    "guest": "Build the image for virtual machines.",
    "class": "For instructors: prepare a class.",
    "author": "For authors: test the exercises.",
}


class _Commands(click.Group):
    """A group that knows its commands' names and one-line helps, and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"coursekit.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from coursekit.course.problems import did_you_mean

            guess = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"There is no command `{args[0]}`.{guess} To see all of them: coursekit --help")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command, coursekit opens the app.",
)
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    help="Another course: its folder, or the name of an installed one.",
)
@click.pass_context
def group(context: click.Context, course: Path | None) -> None:
    """Graded labs on your own machine, with the real tools."""
    context.obj = course


def main(arguments: Sequence[str]) -> int:
    """Run one command; gives the process's exit code. Raises CourseError for a known problem."""
    try:
        result: Any = group.main(list(arguments), prog_name="coursekit", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    return int(result or 0)
