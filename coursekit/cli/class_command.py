"""``coursekit class``: the tools of those who teach a class."""

from __future__ import annotations

import os
from pathlib import Path

import click

from coursekit.cli.output import say
from coursekit.cli.waiting import waiting
from coursekit.errors import ExitCode
from coursekit.practice.opening import open_course
from coursekit.practice.wording import counted


@click.group("class")
def command() -> None:
    """For instructors: prepare a class."""


@command.command("bundle")
@click.argument("labs", nargs=-1, metavar="[LAB…]")
@click.option(
    "--for", "platforms", metavar="PLATFORM,…", help="The machines of your class. Default: those like this one."
)
@click.option("--into", type=click.Path(path_type=Path), required=True, metavar="FOLDER", help="Where to put it.")
@click.pass_obj
def bundle(course: Path | None, labs: tuple[str, ...], platforms: str | None, into: Path) -> int:
    """Collect what LABs need, or all labs, into one FOLDER with checksums, for a class without a network.

    PLATFORM is one of linux/amd64, linux/arm64, darwin/arm64, darwin/amd64.
    """
    from coursekit.supplies.bundle import Bundle
    from coursekit.supplies.listener import in_megabytes
    from coursekit.supplies.needed import choose_labs
    from coursekit.supplies.platforms import read_platforms, this_platform

    outline = open_course(course)
    chosen = choose_labs(outline, labs)
    with waiting() as listener:
        making = Bundle(outline, chosen, read_platforms(platforms or this_platform()), listener)
        made = making.make(into.expanduser(), os.environ)
    for text in making.missing:
        say(f"missing: {text}", colour="yellow")
    size = in_megabytes(sum(file.bytes for file in made.files))
    say(f"{into}: {counted(len(made.files), 'file')}, {size}, for {', '.join(made.labs)}.", bold=True)
    names = " ".join(made.labs)
    say(f"Hand out the folder: coursekit fetch {names} --from FOLDER")
    say(f"Or serve it in your room (python3 -m http.server --directory {into}): coursekit fetch {names} --from URL")
    return ExitCode.NOT_ALL_PASSED if making.missing else ExitCode.ALL_PASSED
