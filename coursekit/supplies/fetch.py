"""``coursekit fetch``: what labs need, brought to this machine before it is needed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from coursekit.errors import CourseError, ExitCode
from coursekit.model.course import Course
from coursekit.supplies.arrival import bring, is_whole, no_room
from coursekit.supplies.guest import fetch_guest, fetch_guest_from
from coursekit.supplies.images import Images
from coursekit.supplies.listener import Listener, in_megabytes
from coursekit.supplies.manifest import BundleFile, Manifest
from coursekit.supplies.needed import Needed
from coursekit.supplies.pip import NoWheel, download, pythons_here
from coursekit.supplies.platforms import this_platform
from coursekit.supplies.source import Source, WebSource
from coursekit.supplies.wheels import has_wheels

_TO_SPARE = 200_000_000
"""Bytes that stay free on the student's disk whatever is fetched."""


@dataclass(frozen=True)
class Destination:
    """Where fetched things go on this machine."""

    wheels: Path
    downloads: Path
    """For what is on its way."""
    variables: Mapping[str, str]
    """Of the student's shell: which engine it reaches, what is set for pip."""


def fetch(needed: Needed, to: Destination, listener: Listener) -> None:
    """Fetch what labs need from the package index and the registries, and build the guest image.

    One trouble does not keep the rest from coming. Raises CourseError with all of them, and Stopped.
    """
    _all_of(
        [
            lambda: _wheels_from_index(needed, to, listener),
            lambda: _images(needed, to, listener, None),
            lambda: fetch_guest(listener) if needed.guest else None,
        ]
    )


def fetch_from(source: Source, course: Course, needed: Needed, to: Destination, listener: Listener) -> None:
    """Fetch what labs need from a bundle. Raises CourseError with every trouble, and Stopped."""
    manifest = source.manifest()
    _require_fit(manifest, course, needed, source, listener)
    wanted = [file for file in manifest.files if set(file.labs) & set(needed.labs)]
    wheels = [file for file in wanted if file.what == "wheel" and file.platform in ("", this_platform())]
    images = [file for file in wanted if file.what == "image"]
    guests = [file for file in wanted if file.what == "guest"]
    _require_room(source, wheels, images, to)
    _all_of(
        [
            lambda: _wheels_from_bundle(source, wheels, to, listener),
            lambda: _images(needed, to, listener, (source, images)),
            lambda: fetch_guest_from(source, guests, listener) if needed.guest else None,
        ]
    )


def _all_of(parts: list[Callable[[], None]]) -> None:
    """Do every part; raise what went wrong in them, together."""
    troubles = []
    for part in parts:
        try:
            part()
        except CourseError as error:
            troubles.append(error)
    if len(troubles) == 1:
        raise troubles[0]
    if troubles:
        message = "\n".join(str(trouble) for trouble in troubles)
        raise CourseError(message, "", troubles[0].exit_code)


def _images(
    needed: Needed, to: Destination, listener: Listener, bundle: tuple[Source, list[BundleFile]] | None
) -> None:
    if not needed.images:
        return
    with Images(to.variables, listener, bundle, to.downloads) as images:
        _all_of([lambda image=image: images.bring(image) for image in needed.images])  # type: ignore[misc]


def _wheels_from_index(needed: Needed, to: Destination, listener: Listener) -> None:
    """Let pip download into a folder beside, and take over what is new: a wheel here is always whole."""
    if not needed.packages:
        return
    listener.went("packages", 0, 0)
    try:
        to.downloads.mkdir(parents=True, exist_ok=True)
        to.wheels.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_kept(to.wheels, error) from error
    having = to.wheels if has_wheels(to.wheels) else None
    lacking: list[str] = []
    with tempfile.TemporaryDirectory(dir=to.downloads) as folder:
        for python in pythons_here(to.variables):
            try:
                download(
                    needed.packages,
                    Path(folder),
                    python=python,
                    having=having,
                    cancelled=listener.cancelled,
                    environment=to.variables,
                )
            except NoWheel as error:
                lacking += error.args
        found = sorted(Path(folder).glob("*.whl"))
        try:
            for wheel in found:
                os.replace(wheel, to.wheels / wheel.name)
        except OSError as error:
            raise _not_kept(to.wheels, error) from error
    listener.say(f"packages: {len(found)} wheels in {to.wheels}")
    if lacking:
        raise CourseError(
            "\n".join(lacking), "That cannot be fetched beforehand; pip may still build it.", ExitCode.COULD_NOT_CHECK
        )


def _not_kept(folder: Path, error: OSError) -> CourseError:
    return CourseError(
        f"What was fetched cannot be kept in {folder}: {error.strerror or error}.",
        "Make room, or give yourself the right to write there.",
        ExitCode.COULD_NOT_CHECK,
    )


def _wheels_from_bundle(source: Source, wheels: list[BundleFile], to: Destination, listener: Listener) -> None:
    if not wheels:
        return
    total = sum(file.bytes for file in wheels)
    before, new, size = 0, 0, 0
    for file in wheels:

        def show(what: str, done: int, _: int, before: int = before) -> None:
            listener.show("packages", before + done, total)

        if bring(file, source, to.wheels / file.name, replace(listener, show=show)):
            new, size = new + 1, size + file.bytes
        before += file.bytes
    listener.say(f"packages: {new} wheels fetched ({in_megabytes(size)}), {len(wheels)} in {to.wheels}")


def _require_fit(manifest: Manifest, course: Course, needed: Needed, source: Source, listener: Listener) -> None:
    """Raise CourseError when the bundle was made for something else."""
    if manifest.course != course.title:
        raise CourseError(
            f"The bundle in {source.place} is for another course: {manifest.course}.",
            "Ask for the one of this course.",
            ExitCode.COULD_NOT_CHECK,
        )
    lacking = [lab for lab in needed.labs if lab not in manifest.labs]
    if lacking:
        raise CourseError(
            f"The bundle in {source.place} has nothing for {', '.join(lacking)}; it is for {', '.join(manifest.labs)}.",
            "Fetch those from it, or leave --from out.",
            ExitCode.COULD_NOT_CHECK,
        )
    if (here := this_platform()) not in manifest.platforms:
        made_for = ", ".join(manifest.platforms)
        listener.say(
            f"The bundle was made for {made_for}, not for {here}: packages with compiled parts may be missing."
        )
    if manifest.version != course.version:
        listener.say(f"The bundle was made for version {manifest.version} of the course; yours is {course.version}.")


def _require_room(source: Source, wheels: list[BundleFile], images: list[BundleFile], to: Destination) -> None:
    """Raise CourseError when the student's disk cannot take what will lie in their folder."""
    size = sum(file.bytes for file in wheels if not is_whole(to.wheels / file.name, file))
    if isinstance(source, WebSource):
        size += max((file.bytes for file in images), default=0)
    folder = to.wheels
    while not folder.is_dir():
        folder = folder.parent
    if size and shutil.disk_usage(folder).free < size + _TO_SPARE:
        raise no_room("what the labs need", size)
