"""``coursekit doctor``: which tools this machine has, and how to get the others."""

from __future__ import annotations

import dataclasses
import os

import click

from coursekit.cli.output import say, say_json
from coursekit.errors import ExitCode
from coursekit.technologies.venv import find_tools


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def command(as_json: bool) -> int:
    """Show which tools this machine has, and how to get the others."""
    found = find_tools(os.environ.get("PATH", ""))
    if as_json:
        say_json([{**dataclasses.asdict(tool), "usable": tool.usable} for tool in found])
    else:
        for tool in found:
            if tool.usable:
                say(f"{tool.name}: {tool.version}, {tool.path}", colour="green")
            else:
                say(f"{tool.name}: {tool.why_not}", colour="red" if tool.needed else "yellow")
                say(f"  to install it: {tool.install}")
    missing = [tool for tool in found if tool.needed and not tool.usable]
    return ExitCode.TOOL_MISSING if missing else ExitCode.ALL_PASSED
