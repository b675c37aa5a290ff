"""``coursekit clean``: what lies on this machine because of coursekit, and its removal on the student's word."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from pathlib import Path

import click

from coursekit.cli.output import say, say_json
from coursekit.errors import CourseError, ExitCode
from coursekit.model.exercise import Made
from coursekit.practice.opening import open_practice
from coursekit.practice.practice import Practice


@click.command("clean")
@click.option("--yes", is_flag=True, help="Remove without being asked.")
@click.option("--json", "as_json", is_flag=True, help="For a program; removes nothing.")
@click.pass_obj
def command(course: Path | None, yes: bool, as_json: bool) -> None:
    """Show what can be removed, and remove it on your word.

    That are copies of work that was reset, packages that were fetched for labs, and the guests, containers, images,
    volumes and networks that you made in exercises, found by their names. Your exercises' folders and your progress are
    never touched.
    """
    with open_practice(course) as practice:
        practice.sweep()
        copies = sorted(practice.home.kept.iterdir()) if practice.home.kept.is_dir() else []
        fetched = [folder for folder in (practice.home.wheels, practice.home.downloads) if size_of(folder)]
        made = _made(practice)
        if as_json:
            say_json(
                {
                    "copies": [{"path": str(copy), "bytes": size_of(copy)} for copy in copies],
                    "fetched": [{"path": str(folder), "bytes": size_of(folder)} for folder in fetched],
                    "made": [
                        {"exercise": exercise, "kind": thing.kind, "name": thing.name}
                        for exercise, things in made.items()
                        for thing in things
                    ],
                }
            )
            return
        if not copies and not fetched and not made:
            say("There is nothing to clean.")
            return
        troubles = _clean_copies(copies, yes) + _clean_fetched(fetched, yes)
        for exercise, things in made.items():
            troubles += _clean_made(practice, exercise, things, yes)
        if troubles:
            raise CourseError("\n".join(troubles), "Mend that, then: coursekit clean", ExitCode.COULD_NOT_CHECK)


def _made(practice: Practice) -> dict[str, list[Made]]:
    """What is there of each exercise that has been started."""
    started = [exercise for exercise, standing in practice.standings().items() if standing.started]
    return {exercise: things for exercise in started if (things := practice.made(exercise))}


def _clean_copies(copies: list[Path], yes: bool) -> list[str]:
    """Gives what could not be removed, and why; as the next two do."""
    for copy in copies:
        say(f"{copy}: {size_of(copy) / 1e6:.1f} MB")
    counted = "1 kept copy" if len(copies) == 1 else f"{len(copies)} kept copies"
    if copies and (yes or click.confirm(f"Remove {counted}?")):
        return _said([trouble for copy in copies for trouble in _remove(copy)])
    return []


def _clean_fetched(fetched: list[Path], yes: bool) -> list[str]:
    for folder in fetched:
        say(f"{folder}: {size_of(folder) / 1e6:.1f} MB, fetched for labs")
    if fetched and (yes or click.confirm("Remove that? pip then needs the network again.", default=False)):
        return _said([trouble for folder in fetched for trouble in _remove(folder)])
    return []


def _clean_made(practice: Practice, exercise: str, things: list[Made], yes: bool) -> list[str]:
    say(f"Made in {exercise}: {', '.join(map(str, things))}")
    if yes or click.confirm("Remove that?", default=False):
        return _said(practice.remove_made(exercise, things))
    return []


def _said(troubles: list[str]) -> list[str]:
    say("Not all of that could be removed." if troubles else "Removed.")
    return troubles


def _remove(path: Path) -> list[str]:
    """Remove a folder, or the file or link that a student had put in a folder's place; gives why it could not be."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except PermissionError:
        why = "not all in it is yours, such as what a container has made that runs as root"
        return [f"{path} could not be removed: {why}. To remove it: sudo rm -r {shlex.quote(str(path))}"]
    except OSError as error:
        return [f"{path} could not be removed: {error.strerror or error}."]
    return []


def size_of(folder: Path) -> int:
    """Bytes held by the files below a folder, as far as one may look."""
    total = 0
    for where, _, names in os.walk(folder) if not folder.is_symlink() else ():
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{where}/{name}").st_size
    return total
