"""Base images: which are missing in the student's engine, and how they get there, by their sources in order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from coursekit.errors import CourseError, ExitCode
from coursekit.model.course import BaseImage
from coursekit.supplies.archive import LABEL, BadArchive, require_only
from coursekit.supplies.arrival import bring, is_as_listed
from coursekit.supplies.listener import Listener, in_megabytes
from coursekit.supplies.manifest import BundleFile
from coursekit.supplies.source import FolderSource, Source
from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.problem import EngineProblem
from coursekit.technologies.engine.transfer import load, pull

_PATIENCE = 900.0
"""Seconds that an engine may take to unpack an image."""
_CHUNK = 1 << 18


def missing_images(images: Sequence[BaseImage], variables: Mapping[str, str]) -> list[BaseImage]:
    """Those that are not in the engine which a shell with these variables reaches.

    None when no engine answers: whatever asks it says so.
    """
    if not images:
        return []
    try:
        with Engines() as engines:
            engine = engines.reach(variables)
            return [image for image in images if engine.image(image.name) is None]
    except EngineProblem:
        return []


class Images:
    """Brings base images into an engine, from a bundle if there is one. A context manager."""

    def __init__(
        self,
        variables: Mapping[str, str],
        listener: Listener,
        bundle: tuple[Source, Sequence[BundleFile]] | None = None,
        downloads: Path | None = None,
    ) -> None:
        """Reach the engine. ``downloads`` is the folder for what comes over the web. Raises CourseError."""
        self._listener, self._bundle, self._downloads = listener, bundle, downloads
        self._engines = Engines(_PATIENCE)
        try:
            self._engine: Engine = self._engines.reach(variables)
            self._platform = self._engine.platform
        except EngineProblem as problem:
            self._engines.__exit__()
            raise CourseError(str(problem), "Then fetch once more.", ExitCode.TOOL_MISSING) from problem

    def __enter__(self) -> Images:
        return self

    def __exit__(self, *_: object) -> None:
        self._engines.__exit__()

    def bring(self, image: BaseImage) -> None:
        """See to it that the image is in the engine. Raises CourseError with what every source said, and Stopped."""
        asked: dict[str, Callable[[BaseImage], str]] = {
            "local": self._is_here,
            "bundle": self._from_bundle,
            "registry": self._from_registry,
        }
        troubles = []
        for source in image.sources:
            trouble = asked[source](image)
            if not trouble:
                return
            troubles.append(trouble)
        raise CourseError(
            f"The image {image.name} did not come. " + " ".join(troubles),
            "Look at your connection, or take it from what your class has: coursekit fetch LAB --from FOLDER",
            ExitCode.COULD_NOT_CHECK,
        )

    def _is_here(self, image: BaseImage) -> str:
        found = self._engine.image(image.name)
        if found is None:
            return "It is not here yet."
        offered = self._offered(image)
        if offered and offered.wheels and _wheels_in(found) != offered.wheels:
            return "The one here lacks the packages for building without a network."
        self._listener.say(f"{image.name}: here already")
        return ""

    def _offered(self, image: BaseImage) -> BundleFile | None:
        files = self._bundle[1] if self._bundle else ()
        return next((file for file in files if (file.image, file.platform) == (image.name, self._platform)), None)

    def _from_bundle(self, image: BaseImage) -> str:
        if self._bundle is None:
            return "No bundle was given."
        if (file := self._offered(image)) is None:
            return f"The bundle has none for {self._platform}."
        try:
            with self._whole(self._bundle[0], file) as archive:
                require_only(archive, image.name)
                self._keep(image)
                archive.seek(0)
                load(self._engine, self._read(archive, file), image.name)
        except BadArchive as error:
            return f"What the bundle has under its name cannot be used: {error}."
        except EngineProblem as problem:
            return str(problem)
        self._listener.say(f"{image.name}: loaded from the bundle ({in_megabytes(file.bytes)})")
        return ""

    @contextlib.contextmanager
    def _whole(self, source: Source, file: BundleFile) -> Iterator[BufferedIOBase]:
        """An image's archive, verified: from its folder; or downloaded, and kept until it has been loaded.

        One that turns out to be none is not kept: fetched again it would be the same.
        """
        if isinstance(source, FolderSource):
            try:
                opened, _ = source.open(file)
            except OSError as error:
                raise BadArchive(f"{file.path} cannot be read ({error.strerror or error})") from error
            with opened:
                self._listener.went(file.image, 0, file.bytes)
                if not is_as_listed(opened, file):
                    raise BadArchive(f"{file.path} is damaged")
                opened.seek(0)
                yield opened
            return
        assert self._downloads is not None
        target = self._downloads / f"{file.sha256}.tar.gz"
        bring(file, source, target, self._listener)
        try:
            with target.open("rb") as opened:
                yield opened
        except BadArchive:
            target.unlink()
            raise
        target.unlink()

    def _read(self, archive: BufferedIOBase, file: BundleFile) -> Iterator[bytes]:
        done = 0
        while data := archive.read(_CHUNK):
            yield data
            done += len(data)
            self._listener.went(file.image, done, file.bytes)

    def _keep(self, image: BaseImage) -> None:
        """Give the image that the bundle's takes the name of another one: it is the student's."""
        found = self._engine.image(image.name)
        if found is not None and not _wheels_in(found):
            other = f"{image.name}-before-bundle"
            self._engine.tag(image.name, other)
            self._listener.say(f"{image.name}: the one that was here is called {other} from now on")

    def _from_registry(self, image: BaseImage) -> str:
        self._listener.went(image.name, 0, 0)
        arrived = 0
        try:
            with contextlib.closing(pull(self._engine, image.name, cancelled=self._listener.cancelled)) as arrivals:
                for arrival in arrivals:
                    arrived = max(arrived, arrival.done)
                    self._listener.went(image.name, arrival.done, arrival.total)
            self._listener.went(image.name, arrived, arrived)
        except EngineProblem as problem:
            return str(problem)
        self._listener.say(f"{image.name}: pulled ({in_megabytes(arrived)})")
        return ""


def _wheels_in(record: Mapping[str, Any]) -> str:
    """What stands for the wheels that a bundle added to an image; empty when it is as its registry gives it."""
    return str((record["Config"].get("Labels") or {}).get(LABEL, ""))
