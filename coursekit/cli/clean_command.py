"""``coursekit clean``: what coursekit keeps on this machine, and its removal on the student's word."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from coursekit.cli.output import say, say_json
from coursekit.practice.opening import open_practice
from coursekit.practice.wording import counted


@click.command("clean")
@click.option("--yes", is_flag=True, help="Remove without being asked.")
@click.option("--json", "as_json", is_flag=True, help="For a program; removes nothing.")
@click.pass_obj
def command(course: Path | None, yes: bool, as_json: bool) -> None:
    """Show the copies of work that was reset, and remove them on your word.

    Your exercises' folders and your progress are never touched.
    """
    with open_practice(course) as practice:
        kept = practice.home.kept
        copies = sorted(kept.iterdir()) if kept.is_dir() else []
        if as_json:
            say_json([{"path": str(copy), "bytes": size_of(copy)} for copy in copies])
            return
        if not copies:
            say("There is nothing to clean.")
            return
        for copy in copies:
            say(f"{copy}: {size_of(copy) / 1e6:.1f} MB")
        if yes or click.confirm(f"Remove {counted(len(copies), 'kept copy')}?".replace("copys", "copies")):
            for copy in copies:
                shutil.rmtree(copy)
            say("Removed.")


def size_of(folder: Path) -> int:
    """Bytes held by the files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
