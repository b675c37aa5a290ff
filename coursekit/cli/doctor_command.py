"""``coursekit doctor``: which tools this machine has, and how to get the others."""

from __future__ import annotations

import dataclasses
import os

import click

from coursekit.cli.output import say, say_json
from coursekit.errors import ExitCode
from coursekit.technologies import find_all


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def command(as_json: bool) -> int:
    """Show which tools this machine has, and how to get the others."""
    found = find_all(os.environ.get("PATH", ""))
    if as_json:
        say_json([{**dataclasses.asdict(tool), "path": str(tool.path) if tool.path else None} for tool in found])
    else:
        for tool in found:
            if tool.usable:
                say(f"{tool.tool}: {tool.version}, {tool.path}", colour="green")
            else:
                say(f"{tool.tool}: {tool.why_not}", colour="yellow")
                say(f"  to install it: {tool.install}")
    needed = {tool.technology for tool in found}
    usable = {tool.technology for tool in found if tool.usable}
    return ExitCode.ALL_PASSED if needed == usable else ExitCode.TOOL_MISSING
