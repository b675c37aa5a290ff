"""``coursekit class bundle``: what the labs need, collected into one folder that works without a network."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.errors import CourseError, ExitCode
from coursekit.supplies.archive import BadArchive, write_image
from coursekit.supplies.folder import WORK, listed, place, remove_others, require_place
from coursekit.supplies.foreign import at_hand
from coursekit.supplies.guest import put_into_bundle
from coursekit.supplies.listener import Listener, in_megabytes
from coursekit.supplies.manifest import NAME, BundleFile, Manifest
from coursekit.supplies.needed import needed
from coursekit.supplies.pip import NoWheel, download
from coursekit.supplies.platforms import PYTHONS, image_platform, pythons_of, wheel_platform
from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.problem import EngineProblem
from coursekit.technologies.hypervisor.problem import GuestProblem

if TYPE_CHECKING:
    from coursekit.model.course import BaseImage, Course, Lab

_PATIENCE = 900.0
"""Seconds that an engine may take to pack an image."""


@dataclass
class _Wheel:
    """A wheel that has been collected."""

    path: Path
    labs: list[str] = field(default_factory=list)
    platforms: list[str] = field(default_factory=list)


class Bundle:
    """A bundle in the making."""

    def __init__(self, course: Course, labs: Sequence[Lab], platforms: Sequence[str], listener: Listener) -> None:
        self._course, self._labs, self._platforms, self._listener = course, labs, platforms, listener
        self._needed = {lab.id: needed(course, [lab]) for lab in labs}
        self.missing: list[str] = []
        """What could not be had, each in a sentence."""

    def make(self, into: Path, variables: Mapping[str, str]) -> Manifest:
        """Make it in a folder, or anew in that of an older one. The list comes last, when all else is whole.

        Raises CourseError, and Stopped.
        """
        require_place(into)
        try:
            into.mkdir(parents=True, exist_ok=True)
            for left in into.glob(f"{WORK}*"):  # of one that was killed
                shutil.rmtree(left)
            with tempfile.TemporaryDirectory(dir=into, prefix=WORK) as work:
                ready = Path(work, "ready")
                files = [
                    *self._wheels(Path(work), ready),
                    *self._images(Path(work), ready, variables),
                    *self._guests(ready),
                ]
                (into / NAME).unlink(missing_ok=True)  # from here on an older bundle is none any more
                for file in files:
                    place(ready / file.path, into / file.path)
            labs = tuple(lab.id for lab in self._labs)
            manifest = Manifest(self._course.title, self._course.version, labs, tuple(self._platforms), tuple(files))
            part = into / f"{NAME}.part"
            part.write_text(manifest.to_json(), encoding="utf-8")
            os.replace(part, into / NAME)
            remove_others(into, files)
        except OSError as error:
            raise CourseError(
                f"The bundle cannot be written into {into}: {error.strerror or error}.",
                "Make room, or give another folder with --into.",
                ExitCode.COULD_NOT_CHECK,
            ) from error
        return manifest

    def _wheels(self, work: Path, into: Path) -> Iterator[BundleFile]:
        collected: dict[str, _Wheel] = {}
        for lab, wanted in self._needed.items():
            for platform in self._platforms if wanted.packages else ():
                for python in PYTHONS:
                    self._listener.went(f"{lab}: packages for {platform}, Python {python}", 0, 0)
                    folder = work / lab / platform / python
                    for path in self._download(wanted.packages, folder, platform, python):
                        wheel = collected.setdefault(path.name, _Wheel(path))
                        wheel.labs += [lab] if lab not in wheel.labs else []
                        wheel.platforms += [platform] if platform not in wheel.platforms else []
        for name, wheel in sorted(collected.items()):
            target = place(wheel.path, into / "wheels" / name)
            platform = wheel_platform(name, wheel.platforms[0]) if len(wheel.platforms) == 1 else ""
            yield listed(into, target, "wheel", wheel.labs, platform)
        if collected:
            size = sum((into / "wheels" / name).stat().st_size for name in collected)
            self._listener.say(f"packages: {len(collected)} wheels, {in_megabytes(size)}")

    def _download(self, packages: Sequence[str], folder: Path, platform: str, python: str) -> list[Path]:
        """The wheels of packages; those that have none for a platform are missing."""
        try:
            return download(packages, folder, platform=platform, python=python, cancelled=self._listener.cancelled)
        except NoWheel as error:
            self.missing += error.args
            return sorted(folder.glob("*.whl"))

    def _images(self, work: Path, into: Path, variables: Mapping[str, str]) -> Iterator[BundleFile]:
        labs: dict[BaseImage, list[str]] = {}
        for lab, wanted in self._needed.items():
            for image in wanted.images:
                labs.setdefault(image, []).append(lab)
        if not labs:
            return
        try:
            with Engines(_PATIENCE) as engines:
                engine = engines.reach(variables)
                for image in labs:
                    for platform in dict.fromkeys(map(image_platform, self._platforms)):
                        try:
                            path, wheels = self._image(engine, image, platform, work, into / "images")
                        except (EngineProblem, BadArchive) as problem:
                            self.missing.append(f"{image.name} for {platform}: {problem}")
                            continue
                        self._listener.say(f"{image.name} for {platform}: {in_megabytes(path.stat().st_size)}")
                        yield listed(into, path, "image", labs[image], platform, image.name, wheels)
        except EngineProblem as problem:
            raise CourseError(str(problem), "The labs begin with images.", ExitCode.TOOL_MISSING) from problem

    def _guests(self, into: Path) -> Iterator[BundleFile]:
        labs = [lab for lab, wanted in self._needed.items() if wanted.guest]
        for platform in dict.fromkeys(map(image_platform, self._platforms)) if labs else ():
            self._listener.went(f"the guest image for {platform}", 0, 0)
            try:
                files = list(put_into_bundle(platform, into, labs))
            except GuestProblem as problem:
                self.missing.append(f"the guest image for {platform}: {problem}")
                continue
            self._listener.say(f"the guest image for {platform}: {in_megabytes(sum(file.bytes for file in files))}")
            yield from files

    def _image(self, engine: Engine, image: BaseImage, platform: str, work: Path, into: Path) -> tuple[Path, str]:
        """Write an image's file; gives its path, and what stands for the wheels in it."""
        packages = dict.fromkeys(p for wanted in self._needed.values() for p in wanted.inside.get(image.name, ()))
        wheels: dict[str, Path] = {}
        for python in pythons_of(image.name) if packages else ():
            folder = work / "inside" / platform / python / _plain(image.name)
            wheels |= {path.name: path for path in self._download(list(packages), folder, platform, python)}
        target = into / f"{_plain(image.name)}.{platform.replace('/', '-')}.tar.gz"
        into.mkdir(parents=True, exist_ok=True)
        packed = work / target.name
        with at_hand(engine, image, platform, self._listener) as identifier:
            self._listener.went(f"packing {image.name} for {platform}", 0, 0)
            with contextlib.closing(engine.save(identifier)) as saved:
                digest = write_image(saved, image.name, list(wheels.values()), packed)
        return place(packed, target), digest


def _plain(name: str) -> str:
    """An image's name as a file's."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", name)
