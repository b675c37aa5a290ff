"""``coursekit doctor``: which tools this machine has, which labs need them, and how to get the others."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import click

from coursekit.cli.output import say, say_json
from coursekit.errors import ExitCode
from coursekit.practice.machine import Line, Row, Tone, look_at_machine, report, summary
from coursekit.practice.opening import open_course
from coursekit.shell.text import visible
from coursekit.technologies.system import this_system

_COLOURS = {Tone.GOOD: "green", Tone.BAD: "red"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def command(course: Path | None, as_json: bool) -> int:
    """Show which tools this machine has, which labs need them, and how to get the others."""
    rows = look_at_machine(open_course(course), os.environ.get("PATH", ""))
    if as_json:
        say_json({"system": dataclasses.asdict(this_system()), "tools": [_data(row) for row in rows]})
    else:
        for line in (*report(rows), Line(""), summary(rows)):
            say(visible(line.text), colour=_COLOURS.get(line.tone), bold=line.tone is Tone.TITLE)
    return ExitCode.TOOL_MISSING if any(row.missing for row in rows) else ExitCode.ALL_PASSED


def _data(row: Row) -> dict[str, object]:
    """One tool, for a program."""
    return {**dataclasses.asdict(row.tool), "usable": row.tool.usable, "labs": row.labs, "missing": row.missing}
