"""A workspace: the folder in which a student works on one exercise, made from the exercise's ``start/``."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.course.values import fill
from coursekit.errors import CourseError, ExitCode

if TYPE_CHECKING:
    from coursekit.model.exercise import Exercise


def make_workspace(exercise: Exercise, folder: Path) -> None:
    """Make the workspace with the exercise's first files, whole or not at all. Raises CourseError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        refuse_link(folder)
        building = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
        building.mkdir()
        try:
            put_start_files(exercise, building, folder)
            building.rename(folder)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
    except OSError as error:
        raise CourseError(
            f"The folder for this exercise cannot be made: {folder} ({error.strerror or error}).",
            "Make room or give yourself the right to write there, or choose another place: set COURSEKIT_HOME.",
            ExitCode.COULD_NOT_CHECK,
        ) from error


def put_start_files(exercise: Exercise, building: Path, folder: Path) -> None:
    """Copy ``start/``, with the values filled into names and texts, into what is to become the workspace ``folder``.

    Raises OSError, CourseError.
    """
    start = exercise.folder / "start"
    for guest in exercise.guests:
        _lay_ground(exercise, building / guest, folder / guest)
    for source in sorted(start.rglob("*")):
        relative = fill(source.relative_to(start).as_posix(), exercise.values)
        target = building / relative
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif source.is_file() and "__pycache__" not in source.parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_filled(source.read_bytes(), exercise.values))
            shutil.copymode(source, target)


def _lay_ground(exercise: Exercise, building: Path, folder: Path) -> None:
    from coursekit.technologies.hypervisor.ground import lay_ground
    from coursekit.technologies.hypervisor.problem import GuestProblem

    try:
        lay_ground(building, folder)
    except GuestProblem as problem:
        raise CourseError(f"{exercise.id} cannot begin here. {problem}", "", ExitCode.TOOL_MISSING) from problem


def _filled(body: bytes, values: Mapping[str, str]) -> bytes:
    try:
        return str(fill(body.decode("utf-8"), values)).encode()
    except UnicodeDecodeError:
        return body


def require_workspace(exercise_id: str, folder: Path) -> None:
    """Raise CourseError, with what to do, unless the workspace is a real folder."""
    refuse_link(folder)
    if not folder.is_dir():
        raise CourseError(
            f"Your folder for this exercise is gone: {folder}",
            f"To make it again with its first files: coursekit reset {exercise_id}",
        )


def refuse_link(folder: Path) -> None:
    """Raise CourseError when the workspace is a link: what is checked must be what was made."""
    if folder.is_symlink():
        raise CourseError(
            f"{folder} is a link to {folder.readlink()}, not a folder.",
            "coursekit checks only a real folder: remove the link, or move the folder back in its place.",
        )


def keep(folder: Path, kept: Path) -> Path | None:
    """Move a workspace aside, into ``kept``, so that no work is lost. None when there was nothing to move."""
    if not folder.exists() and not folder.is_symlink():
        return None
    target = _new_copy(folder, kept)
    try:
        kept.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
    except OSError as error:
        raise _not_reset(kept, error) from error
    return target


@contextmanager
def made_anew(exercise: Exercise, folder: Path, kept: Path) -> Iterator[Path | None]:
    """Make the workspace, after moving what is there into ``kept``; gives where it is now, None if there was nothing.

    When that fails, or what is done with it in place, the folder is as it was before. Raises CourseError.
    """
    copy, made = keep(folder, kept), False
    try:
        make_workspace(exercise, folder)
        made = True
        yield copy
    except BaseException as error:
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        said = _put_back(copy, folder) if copy else ""
        if said and isinstance(error, CourseError):
            raise CourseError(f"{error.message} {said}", error.what_to_do, error.exit_code) from error
        raise


def _put_back(copy: Path, folder: Path) -> str:
    """Move kept work back into its place; gives where it is now, in plain words."""
    try:
        copy.rename(folder)
    except OSError:
        return f"Your work is kept in {copy}"
    return f"Nothing was reset: your work is where it was, in {folder}"


def restore_start_files(exercise: Exercise, folder: Path, kept: Path) -> Path | None:
    """Put the first files back as they were, after moving those that differ into ``kept``.

    Gives the folder of what was moved; None when there was nothing to move. Raises CourseError, and then no work is
    lost.
    """
    target = _new_copy(folder, kept)
    try:
        # all of them are written, where they only need to be renamed, before anything of the student's is moved
        with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
            put_start_files(exercise, Path(fresh), folder)
            for original in sorted(Path(fresh).rglob("*")):
                relative = original.relative_to(fresh)
                _restore(original, folder / relative, target / relative)
    except OSError as error:
        if target.exists():
            raise _half_reset(target, error) from error
        raise _not_reset(kept, error) from error
    return target if target.exists() else None


def _restore(original: Path, current: Path, target: Path) -> None:
    """Put one first file or folder in its place, after moving what is there, and differs, to ``target``."""
    is_folder = original.is_dir()
    same = (current.is_dir() and not current.is_symlink()) if is_folder else _same(original, current)
    if not same and os.path.lexists(current):
        target.parent.mkdir(parents=True, exist_ok=True)
        current.rename(target)
    if is_folder:
        current.mkdir(exist_ok=True)
        shutil.copymode(original, current)
    elif not same:
        original.rename(current)


def _same(original: Path, current: Path) -> bool:
    """Whether a file is as it was at first, its permissions as well; False when nobody can tell."""
    try:
        if original.is_symlink() or current.is_symlink():
            return original.is_symlink() and current.is_symlink() and original.readlink() == current.readlink()
        return original.stat().st_mode == current.stat().st_mode and filecmp.cmp(original, current, shallow=False)
    except OSError:
        return False


def _new_copy(folder: Path, kept: Path) -> Path:
    moment = time.strftime("%Y%m%d-%H%M%S")
    return kept / f"{folder.parent.name}-{folder.name}-{moment}-{uuid.uuid4().hex[:4]}"


def _not_reset(kept: Path, error: OSError) -> CourseError:
    return CourseError(
        f"Your work could not be put aside, so nothing was reset: {error.strerror or error} ({kept}).",
        "Make room there, or close what uses the folder, and try again.",
        ExitCode.COULD_NOT_CHECK,
    )


def _half_reset(target: Path, error: OSError) -> CourseError:
    return CourseError(
        f"Not all of the first files could be put back: {error.strerror or error}. What was moved is kept in {target}.",
        "Make room, or close what uses the folder, and try again.",
        ExitCode.COULD_NOT_CHECK,
    )
