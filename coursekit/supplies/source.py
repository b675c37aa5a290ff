"""Where a bundle is: a folder on this machine, or an address of a web server."""

from __future__ import annotations

import http.client
import os
import re
import stat
import urllib.error
import urllib.parse
import urllib.request
from io import BufferedIOBase
from pathlib import Path
from typing import Protocol

from coursekit.errors import CourseError, ExitCode
from coursekit.supplies.manifest import LARGEST, NAME, BundleFile, Manifest, read_manifest

_PATIENCE = 30.0
"""Seconds without a single byte after which a server is taken to be gone."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Source(Protocol):
    """Where a bundle's files are read."""

    @property
    def place(self) -> str:
        """As the student gave it."""

    def manifest(self) -> Manifest:
        """What the bundle holds. Raises CourseError."""

    def open(self, file: BundleFile, offset: int = 0) -> tuple[BufferedIOBase, int]:
        """A file's bytes from an offset on, and the offset that they really begin at. Raises OSError."""


def find_source(words: str) -> Source:
    """The source that a student named. Raises CourseError for what is neither a folder nor an http address."""
    if _ADDRESS.match(words):
        if not re.match(r"https?://[^/]+", words):
            raise CourseError(
                f"A bundle cannot be fetched from {words}.",
                "Give a folder, or an address that begins with http:// or https://",
                ExitCode.USAGE,
            )
        return WebSource(words)
    return FolderSource(Path(words).expanduser())


class FolderSource:
    """A bundle in a folder. No link in it is followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> str:
        return str(self._folder)

    def manifest(self) -> Manifest:
        try:
            with (self._folder / NAME).open("rb") as file:
                return read_manifest(file.read(LARGEST + 1), self.place)
        except OSError as error:
            raise _no_bundle(self.place, error.strerror or str(error)) from error

    def open(self, file: BundleFile, offset: int = 0) -> tuple[BufferedIOBase, int]:
        path = self._folder.resolve() / file.path
        if path.resolve() != path:
            raise OSError(f"{path} is a link, which no bundle holds")
        opened = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            opened.close()
            raise OSError(f"{path} is no file")
        return opened, opened.seek(offset)


class WebSource:
    """A bundle behind an address."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/").removesuffix(f"/{NAME}")

    @property
    def place(self) -> str:
        return self._url

    def manifest(self) -> Manifest:
        try:
            with self._ask(NAME, {}) as answer:
                return read_manifest(answer.read(LARGEST + 1), self.place)
        except (OSError, http.client.HTTPException) as error:
            raise _no_bundle(self.place, _words(error)) from error

    def open(self, file: BundleFile, offset: int = 0) -> tuple[BufferedIOBase, int]:
        try:
            answer = self._ask(file.path, {"Range": f"bytes={offset}-"} if offset else {})
        except urllib.error.HTTPError as error:
            if error.code == 416 and offset:  # what is there is as long as the file: begin anew
                return self.open(file)
            raise OSError(_words(error)) from error
        except OSError as error:
            raise OSError(_words(error)) from error
        begins = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
        return answer, int(begins[1]) if answer.status == 206 and begins else 0

    def _ask(self, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        url = f"{self._url}/{urllib.parse.quote(path)}"
        try:
            request = urllib.request.Request(url, headers={"Accept-Encoding": "identity", **headers})
            answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_PATIENCE)
        except (ValueError, http.client.HTTPException) as error:
            raise OSError(str(error)) from error
        return answer


def _words(error: OSError | http.client.HTTPException) -> str:
    match error:
        case urllib.error.HTTPError(code=code):
            return f"the server answers {code}"
        case urllib.error.URLError(reason=reason):
            return str(getattr(reason, "strerror", None) or reason)
        case http.client.IncompleteRead():
            return "it broke off"
    return getattr(error, "strerror", None) or str(error)


def _no_bundle(place: str, why: str) -> CourseError:
    return CourseError(
        f"There is no bundle in {place}: {NAME} cannot be read ({why}).",
        "Look at the folder or the address, and whether you are in the class's network; then try again.",
        ExitCode.COULD_NOT_CHECK,
    )
