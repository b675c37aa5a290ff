"""``coursekit doctor``: which tools this machine has, which labs need them, and how to get the others."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import click

from coursekit.cli.output import say, say_json
from coursekit.errors import ExitCode
from coursekit.practice.machine import look_at_machine
from coursekit.practice.opening import open_course


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def command(course: Path | None, as_json: bool) -> int:
    """Show which tools this machine has, which labs need them, and how to get the others."""
    rows = look_at_machine(open_course(course), os.environ.get("PATH", ""))
    if as_json:
        say_json([{**dataclasses.asdict(row.tool), "usable": row.tool.usable, "labs": row.labs} for row in rows])
    else:
        for row in rows:
            colour = "green" if row.tool.usable else "red" if row.missing else "yellow"
            say(row.headline, colour=colour)
            for line in row.advice:
                say(f"  {line}")
    return ExitCode.TOOL_MISSING if any(row.missing for row in rows) else ExitCode.ALL_PASSED
