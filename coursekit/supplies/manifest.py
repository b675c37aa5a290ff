"""bundle.json: what a bundle holds. It comes from elsewhere: nothing in it is believed before it has been looked at."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BufferedIOBase
from typing import IO, Any

from coursekit.course.wanted import IMAGE
from coursekit.errors import CourseError, ExitCode
from coursekit.supplies.platforms import PLATFORMS

NAME = "bundle.json"
FORMAT = 1
LARGEST = 4_000_000
"""Bytes that bundle.json may have."""

_LARGEST_FILE = 100_000_000_000
_PATHS = {
    "wheel": re.compile(r"wheels/[A-Za-z0-9][A-Za-z0-9._+!]*(?:-[A-Za-z0-9._+!]+){4,5}\.whl"),
    "image": re.compile(r"images/[A-Za-z0-9][A-Za-z0-9._-]*\.tar\.gz"),
    "guest": re.compile(r"guest/[a-z0-9-]+/(?:base\.qcow2|kernel|initrd|guest\.json)"),
}
"""A file lies in one of these folders, under a plain name: no path leads out of the bundle."""
_CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LAB = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True)
class BundleFile:
    """One file of a bundle."""

    path: str
    """Relative to the bundle: ``wheels/tabulate-0.9.0-py3-none-any.whl``."""
    sha256: str
    bytes: int
    what: str
    """``wheel``, ``image``, or ``guest``: a file of the guest image."""
    labs: tuple[str, ...]
    """Those that need it."""
    platform: str = ""
    """Empty: for all."""
    image: str = ""
    """Of an image: the name that exercises use."""
    wheels: str = ""
    """Of an image: what stands for the wheels that were added to it; empty when none were."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Manifest:
    """What a bundle holds, and for whom."""

    course: str
    """The course's title."""
    version: str
    labs: tuple[str, ...]
    platforms: tuple[str, ...]
    files: tuple[BundleFile, ...]

    def to_json(self) -> str:
        files = [{key: value for key, value in asdict(file).items() if value != ""} for file in self.files]
        return json.dumps({"format": FORMAT, **asdict(self), "files": files}, indent=1, ensure_ascii=False) + "\n"


def sha256_of(file: IO[bytes] | BufferedIOBase) -> str:
    """The SHA-256 of what is left to read in an open file, hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    while data := file.read(_CHUNK):
        digest.update(data)
    return digest.hexdigest()


def is_of_a_bundle(path: str) -> bool:
    """Whether a path, relative to a bundle, is one that a file of a bundle may have."""
    return any(pattern.fullmatch(path) for pattern in _PATHS.values())


class _Wrong(Exception):
    """Something in the data is not as it must be. Its text says what."""


def read_manifest(data: bytes, place: str) -> Manifest:
    """The manifest in the bytes of a bundle.json. Raises CourseError with what is wrong, and where.

    ``place`` is the bundle's folder or address, as the student gave it.
    """
    try:
        if len(data) > LARGEST:
            raise _Wrong(f"it has more than {LARGEST // 1_000_000} MB")
        try:
            whole = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise _Wrong(f"it is no JSON ({error})") from None
        return _manifest(_mapping(whole, "it"))
    except _Wrong as wrong:
        raise CourseError(
            f"{place}/{NAME} is not the list of a bundle that can be used: {wrong}.",
            "Get the bundle again; if it stays so, tell your instructor.",
            ExitCode.COULD_NOT_CHECK,
        ) from None


def _manifest(whole: Mapping[str, Any]) -> Manifest:
    if (made := whole.get("format")) != FORMAT or isinstance(made, bool):
        newer = " A newer coursekit reads it" if isinstance(made, int) and made > FORMAT else ""
        raise _Wrong(f"its format is {made!r}, and this coursekit reads format {FORMAT}.{newer}".rstrip("."))
    listed = whole.get("files")
    if not isinstance(listed, list):
        raise _Wrong("`files` is no list")
    files = tuple(_file(_mapping(data, f"file {index}"), f"file {index}") for index, data in enumerate(listed, start=1))
    seen: set[str] = set()
    for file in files:
        if file.path.lower() in seen:
            raise _Wrong(f"{file.path} stands in it twice")
        seen.add(file.path.lower())
    platforms = _texts(whole, "platforms", "it")
    if not set(platforms) <= set(PLATFORMS):
        raise _Wrong(f"`platforms` holds something that is none: {', '.join(platforms)}")
    return Manifest(_text(whole, "course", "it"), _text(whole, "version", "it"), _labs(whole, "it"), platforms, files)


def _file(data: Mapping[str, Any], where: str) -> BundleFile:
    what, path, size = _text(data, "what", where), _text(data, "path", where), data.get("bytes")
    if what not in _PATHS:
        raise _Wrong(f"{where} is no wheel, no image and no file of a guest, but `{what[:40]}`")
    if not _PATHS[what].fullmatch(path):
        raise _Wrong(f"{where} has a path that no {what} of a bundle has: `{path[:80]}`")
    if not _SHA256.fullmatch(digest := _text(data, "sha256", where)):
        raise _Wrong(f"{where}, {path}, has no SHA-256")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= _LARGEST_FILE:
        raise _Wrong(f"{where}, {path}, has an impossible size")
    platform, image = _text(data, "platform", where, ""), _text(data, "image", where, "")
    if platform not in ("", *PLATFORMS) or (what != "wheel" and not platform.startswith("linux/")):
        raise _Wrong(f"{where}, {path}, is for `{platform[:40]}`, which is no platform")
    if what == "image" and not IMAGE.fullmatch(image):
        raise _Wrong(f"{where}, {path}, has no name that an image can have: `{image[:80]}`")
    return BundleFile(path, digest, size, what, _labs(data, where), platform, image, _text(data, "wheels", where, ""))


def _mapping(data: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _Wrong(f"{where} is no mapping")
    return data


def _text(data: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or not value.isprintable():
        raise _Wrong(f"{where} has no `{key}`, or one that is no plain text")
    return value


def _texts(data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = data.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) and item.isprintable() for item in value):
        raise _Wrong(f"{where} has no `{key}`, or one that is no list of texts")
    return tuple(value)


def _labs(data: Mapping[str, Any], where: str) -> tuple[str, ...]:
    labs = _texts(data, "labs", where)
    if not all(_LAB.fullmatch(lab) for lab in labs):
        raise _Wrong(f"{where} has `labs` that are no names of labs")
    return labs
