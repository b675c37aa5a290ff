"""``coursekit fetch``: bring what labs need to this machine, before it is needed."""

from __future__ import annotations

import os
from pathlib import Path

import click

from coursekit.cli.output import say
from coursekit.cli.waiting import waiting
from coursekit.practice.opening import open_practice


@click.command("fetch")
@click.argument("labs", nargs=-1, required=True, metavar="LAB…")
@click.option("--from", "source", metavar="FOLDER|URL", help="The bundle of your class, in place of the network.")
@click.pass_obj
def command(course: Path | None, labs: tuple[str, ...], source: str | None) -> None:
    """Fetch what LABs need: packages for pip, images for containers, the image of virtual machines.

    What has come is kept when you stop it, and the next call goes on there. A shell that coursekit opens lets pip find
    the packages, with or without a network. A bundle holds programs: take it from your instructor and from nobody else.
    """
    from coursekit.supplies.fetch import Destination, fetch, fetch_from
    from coursekit.supplies.needed import choose_labs, needed
    from coursekit.supplies.source import find_source

    with open_practice(course) as practice, waiting() as listener:
        wanted = needed(practice.course, choose_labs(practice.course, labs))
        to = Destination(practice.home.wheels, practice.home.downloads, os.environ)
        if not wanted.packages and not wanted.images and not wanted.guest:
            say(f"{', '.join(wanted.labs)}: needs nothing that has to be fetched.")
            return
        if source is None:
            fetch(wanted, to, listener)
        else:
            fetch_from(find_source(source), practice.course, wanted, to, listener)
    say(f"All that {', '.join(wanted.labs)} needs is here.", bold=True)
    if wanted.packages:
        say("pip finds the packages in every shell that coursekit opens from now on.")
