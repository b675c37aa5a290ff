"""An image as a file: written anew from what an engine saved, with a bundle's wheels as one more layer.

The form is the first that ``docker save`` had (docker image spec v1.2): manifest.json, the configuration, the layers.
Every engine since loads it, Podman too. Adding a layer here, rather than by a build, needs no processor of the image's
platform and moves no name in the engine of whoever makes the bundle.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any

from coursekit.supplies.manifest import sha256_of

LABEL = "org.coursekit.wheels"
"""The image's label that says which wheels were added."""

_INSIDE = "wheels"
"""The folder in the image, below its root."""
_LARGEST_TEXT = 10_000_000
_MEMBER = re.compile(r"manifest\.json|[0-9a-f]{64}\.(?:json|tar)")
_PLAIN = re.compile(rb".{124}[0-7]{11}\0.{20}0.{100}ustar\x0000.{247}", re.DOTALL)
"""The header of a plain file in an archive of ours: where it says its size, that it is one, and which form this is."""
_ENTRY = ["Config", "Layers", "RepoTags"]
"""What is said of an image in manifest.json."""


class BadArchive(Exception):
    """A file is not the archive of an image. Its text says why."""


def write_image(saved: Iterable[bytes], name: str, wheels: Sequence[Path], target: Path) -> str:
    """Write the one image in what an engine saved into ``target``, under that name, with the wheels added.

    Gives what stands for the wheels: the label's value, empty without any. Raises BadArchive, OSError, and what
    ``saved`` raises.
    """
    with tempfile.TemporaryFile(dir=target.parent) as whole:
        for piece in saved:
            whole.write(piece)
        whole.seek(0)
        try:
            with tarfile.open(fileobj=whole) as source:
                return _rewrite(source, name, wheels, target)
        except (tarfile.TarError, KeyError, ValueError, TypeError) as error:
            raise BadArchive(f"what the engine saved of {name} cannot be read ({error})") from error


def _rewrite(source: tarfile.TarFile, name: str, wheels: Sequence[Path], target: Path) -> str:
    [entry] = json.loads(_bytes(source, "manifest.json"))
    config = json.loads(_bytes(source, entry["Config"]))
    layers = {f"{diff[7:]}.tar": path for diff, path in zip(config["rootfs"]["diff_ids"], entry["Layers"], strict=True)}
    digest = _digest(wheels) if wheels else ""
    with tempfile.TemporaryFile(dir=target.parent) as layer, target.open("wb") as file:
        if wheels:
            _add_wheels(config, _write_layer(layer, wheels), digest)
        written = json.dumps(config, separators=(",", ":")).encode()
        names = [f"{diff[7:]}.tar" for diff in config["rootfs"]["diff_ids"]]
        described = f"{hashlib.sha256(written).hexdigest()}.json"
        manifest = [{"Config": described, "RepoTags": [name], "Layers": names}]
        with (
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w") as archive,
        ):
            _add(archive, "manifest.json", json.dumps(manifest).encode())
            _add(archive, described, written)
            for new_name, path in layers.items():
                _copy(archive, new_name, _opened(source, path))
            if wheels:
                _copy(archive, names[-1], layer)
    return digest


def _opened(source: tarfile.TarFile, name: str) -> IO[bytes]:
    """A file in an archive; a layer that is there twice is a link the second time, which is followed."""
    file = source.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file


def _bytes(source: tarfile.TarFile, name: str) -> bytes:
    return _opened(source, name).read(_LARGEST_TEXT)


def _add(archive: tarfile.TarFile, name: str, body: bytes) -> None:
    _copy(archive, name, io.BytesIO(body))


def _copy(archive: tarfile.TarFile, name: str, body: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = body.seek(0, io.SEEK_END), 0o644
    body.seek(0)
    archive.addfile(member, body)


def _digest(wheels: Sequence[Path]) -> str:
    """What stands for a set of wheels: SHA-256 over their names and bytes, hexadecimal."""
    digest = hashlib.sha256()
    for wheel in sorted(wheels, key=lambda path: path.name):
        with wheel.open("rb") as file:
            digest.update(f"{wheel.name}\0{sha256_of(file)}\0".encode())
    return digest.hexdigest()


def _write_layer(layer: IO[bytes], wheels: Sequence[Path]) -> str:
    """Write the layer that holds the wheels; gives its SHA-256."""
    with tarfile.open(fileobj=layer, mode="w") as archive:
        folder = tarfile.TarInfo(_INSIDE)
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        for wheel in sorted(wheels, key=lambda path: path.name):
            with wheel.open("rb") as file:
                _copy(archive, f"{_INSIDE}/{wheel.name}", file)
    layer.seek(0)
    return sha256_of(layer)


def _add_wheels(config: dict[str, Any], layer: str, digest: str) -> None:
    """Say in an image's configuration that it has one more layer, and that pip finds packages there.

    pip asks the index as well: it is to give up soon where there is none.
    """
    own = config.setdefault("config", {})
    known = dict(entry.partition("=")[::2] for entry in own.get("Env") or ())
    links = f"{known.get('PIP_FIND_LINKS', '')} /{_INSIDE}".strip()
    settings = {"PIP_FIND_LINKS": links, "PIP_RETRIES": "0", "PIP_TIMEOUT": "5"}
    own["Env"] = [f"{key}={value}" for key, value in (known | settings).items()]
    own["Labels"] = {**(own.get("Labels") or {}), LABEL: digest}
    config["rootfs"]["diff_ids"].append(f"sha256:{layer}")
    step = {"created": config.get("created"), "created_by": f"COPY {_INSIDE} /{_INSIDE} # coursekit class bundle"}
    empty = {"created": config.get("created"), "created_by": f"ENV PIP_FIND_LINKS={links}", "empty_layer": True}
    config["history"] = [*(config.get("history") or ()), step, empty]


def _members(unpacked: gzip.GzipFile) -> Iterator[tarfile.TarInfo]:
    """The files in an archive of ours; what is read next from ``unpacked`` is each one's content.

    Only headers that every reader understands alike are taken. Where an engine's finds another size than this one, it
    finds other files from there on; and Python's own takes a damaged header for the archive's end, without a word.
    """
    while any(header := unpacked.read(tarfile.BLOCKSIZE)):
        if not _PLAIN.fullmatch(header):
            raise BadArchive("it breaks off, or holds something else than plain files")
        member = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        end = unpacked.tell() + -(-member.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        yield member
        if unpacked.seek(end) != end:
            raise BadArchive("it breaks off")
    while rest := unpacked.read(tarfile.RECORDSIZE):
        if any(rest):
            raise BadArchive("something stands behind its end")


def _exactly(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An entry of manifest.json. To an engine `repotags` is the same as `RepoTags`, and the last of them counts."""
    if sorted(key for key, _ in pairs) != _ENTRY:
        raise BadArchive(f"its list of images says {', '.join(key[:20] for key, _ in pairs)!r}")
    return dict(pairs)


def require_only(file: IO[bytes] | BufferedIOBase, name: str) -> None:
    """Raise BadArchive unless the file is an archive of ours with one image of that name and nothing else.

    An engine takes all images in an archive, under whatever names stand in it; and it goes on where one gzip file in
    the file ends and another begins.
    """
    try:
        with gzip.GzipFile(fileobj=file) as unpacked:
            listed = None
            for number, member in enumerate(_members(unpacked)):
                if not _MEMBER.fullmatch(member.name):
                    raise BadArchive(f"it holds {member.name[:80]!r}, which no image of a bundle has")
                if (number == 0) is not (member.name == "manifest.json"):
                    raise BadArchive("its list of images is not where it belongs")
                if number == 0:
                    listed = json.loads(unpacked.read(min(member.size, _LARGEST_TEXT)), object_pairs_hook=_exactly)
                    if [entry["RepoTags"] for entry in listed] != [[name]]:
                        raise BadArchive(f"it does not hold {name} alone")
            if listed is None:
                raise BadArchive("it holds nothing")
    except (tarfile.TarError, zlib.error, OSError, EOFError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadArchive(f"it cannot be read ({error})") from error
