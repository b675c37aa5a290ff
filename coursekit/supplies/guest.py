"""The guest image as something to be fetched: into a class bundle, out of one, or built where there is none."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from coursekit.errors import CourseError, ExitCode
from coursekit.supplies.arrival import bring
from coursekit.supplies.folder import listed
from coursekit.supplies.listener import Listener, Stopped, in_megabytes
from coursekit.supplies.manifest import BundleFile
from coursekit.supplies.platforms import image_platform, this_platform
from coursekit.supplies.source import Source
from coursekit.technologies.hypervisor.build import build
from coursekit.technologies.hypervisor.cache import RECORD, Image, cache_folder, find, is_sound, verify
from coursekit.technologies.hypervisor.hardware import Hardware, hardware, hardware_of
from coursekit.technologies.hypervisor.problem import GuestProblem
from coursekit.technologies.system import this_system

_BUILD = "coursekit guest build"
_ARCHITECTURES = {"linux/amd64": "x86-64", "linux/arm64": "arm64"}
"""The platform of a bundle's file to the name of the hardware."""


def put_into_bundle(platform: str, into: Path, labs: Sequence[str]) -> Iterator[BundleFile]:
    """Copy the image for a platform into a bundle's folder. Raises GuestProblem when it is not here, and OSError."""
    platform = image_platform(platform)
    of = hardware_of(_ARCHITECTURES[platform])
    image = find(of)
    if image is None:
        raise GuestProblem(f"it is not here. On a Linux machine of that architecture: {_BUILD}")
    verify(image)
    folder = into / "guest" / of.architecture
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*image.checksums, RECORD):
        yield listed(into, Path(shutil.copy(image.folder / name, folder / name)), "guest", labs, platform)


def fetch_guest(listener: Listener) -> None:
    """Have the guest image here: build it where there is no whole one. Raises CourseError, and Stopped."""
    if _said_to_be_here(listener):
        return
    if this_system().macos:
        raise CourseError(
            "The guest image is built on Linux, and cannot be built here.",
            "Fetch it from your class's bundle: coursekit fetch --from FOLDER",
            ExitCode.TOOL_MISSING,
        )
    try:
        image = build(hardware(), functools.partial(_tell, listener), cancelled=listener.cancelled)
    except (GuestProblem, OSError) as problem:
        if listener.cancelled():
            raise Stopped from problem
        raise CourseError(str(problem), f"Mend that, then: {_BUILD}", ExitCode.COULD_NOT_CHECK) from problem
    listener.say(f"guest image: built, in {image.folder}")


def _tell(listener: Listener, line: str) -> None:
    listener.went(f"guest image: {line}", 0, 0)


def fetch_guest_from(source: Source, files: Sequence[BundleFile], listener: Listener) -> None:
    """Bring the guest image for this machine out of a bundle. Raises CourseError, and Stopped.

    One that is here and whole stays: disks lie on it.
    """
    mine = [file for file in files if file.platform == image_platform(this_platform())]
    if _said_to_be_here(listener):
        return
    if not mine:
        raise CourseError(
            f"The bundle in {source.place} has no guest image for this machine.",
            f"On Linux it can be built: {_BUILD}",
            ExitCode.COULD_NOT_CHECK,
        )
    here = hardware()
    folder = cache_folder(here)
    for file in sorted(mine, key=lambda file: file.name == RECORD):  # the record last: then it is an image
        target = folder / file.name
        if bring(file, source, target, listener):
            target.chmod(0o444)
    _require_sound(find(here), here, source)
    listener.say(f"guest image: fetched ({in_megabytes(sum(file.bytes for file in mine))}), in {folder}")


def _said_to_be_here(listener: Listener) -> bool:
    image = find(hardware())
    if image is None or not is_sound(image):
        return False
    listener.say(f"guest image: is here, in {image.folder}")
    return True


def _require_sound(image: Image | None, here: Hardware, source: Source) -> None:
    try:
        if image is None:
            raise GuestProblem("Its record does not fit it.")
        verify(image)
    except GuestProblem as problem:
        (cache_folder(here) / RECORD).unlink(missing_ok=True)
        raise CourseError(
            f"The guest image in {source.place} is none that can be used. {problem}",
            "Tell your instructor: the bundle has to be made again.",
            ExitCode.COULD_NOT_CHECK,
        ) from problem
