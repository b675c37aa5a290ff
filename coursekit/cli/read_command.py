"""``coursekit read``: print a page of a lab."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.cli.output import say
from coursekit.course.outline import read_page
from coursekit.course.problems import did_you_mean
from coursekit.errors import CourseError, ExitCode
from coursekit.model.course import Page
from coursekit.practice.opening import open_practice
from coursekit.shell.text import visible


@click.command("read")
@click.argument("page")
@click.pass_obj
def command(course: Path | None, page: str) -> None:
    """Print PAGE, such as lab0/class."""
    with open_practice(course) as practice:
        pages = {item.id: item for lab in practice.course.labs for item in lab.items if isinstance(item, Page)}
        if page not in pages:
            guess = did_you_mean(page, pages)
            raise CourseError(f"There is no page `{page}`.{guess}", f"Pages: {', '.join(pages)}", ExitCode.USAGE)
        say(visible(read_page(practice.course, pages[page])))
        practice.mark_read(page)
