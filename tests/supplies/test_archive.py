"""An image as a file: what was saved is written anew, with wheels in it, and an archive of other things is refused."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coursekit.supplies.archive import LABEL, BadArchive, require_only, write_image
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.transfer import load
from tests.engines import BUSYBOX, Daemon, docker, saved
from tests.supplies.conftest import engine_of

NAME = "ckt-archive:1"
HEX = "a" * 64


def packed(members: dict[str, bytes], extra: Callable[[tarfile.TarFile], None] = lambda _: None) -> io.BytesIO:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        extra(archive)
    body.seek(0)
    return body


def unpacked(members: dict[str, bytes]) -> bytes:
    return gzip.decompress(packed(members).getvalue())


def listing(*names: list[str] | None) -> bytes:
    return json.dumps([{"Config": f"{HEX}.json", "RepoTags": tags, "Layers": []} for tags in names]).encode()


def test_an_archive_of_one_image(tmp_path: Path) -> None:
    require_only(packed({"manifest.json": listing([NAME]), f"{HEX}.json": b"{}", f"{HEX}.tar": b""}), NAME)


def add_link(archive: tarfile.TarFile) -> None:
    member = tarfile.TarInfo(f"{HEX}.tar")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/shadow"
    archive.addfile(member)


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (packed({"manifest.json": listing(["debian:12"])}), "does not hold ckt-archive:1 alone"),
        (packed({"manifest.json": listing([NAME, "debian:12"])}), "does not hold ckt-archive:1 alone"),
        (packed({"manifest.json": listing([NAME], ["debian:12"])}), "does not hold ckt-archive:1 alone"),
        (packed({"manifest.json": listing(None)}), "does not hold ckt-archive:1 alone"),
        (packed({"manifest.json": listing()}), "does not hold ckt-archive:1 alone"),
        (packed({"manifest.json": b"["}), "cannot be read"),
        (packed({"manifest.json": b"7"}), "cannot be read"),
        (packed({"manifest.json": b"[" * 100_000}), "cannot be read"),
        (packed({f"{HEX}.json": b"{}", "manifest.json": listing([NAME])}), "not where it belongs"),
        (packed({"manifest.json": listing([NAME]), "./manifest.json": listing(["x:1"])}), "which no image of a bundle"),
        (packed({"manifest.json": listing([NAME]), "index.json": b"{}"}), "which no image of a bundle"),
        (packed({"manifest.json": listing([NAME]), "repositories": b"{}"}), "which no image of a bundle"),
        (packed({"manifest.json": listing([NAME]), f"../{HEX}.tar": b""}), "which no image of a bundle"),
        (packed({"manifest.json": listing([NAME])}, add_link), "something else than plain files"),
        (io.BytesIO(b""), "holds nothing"),
        (packed({}), "holds nothing"),
        (io.BytesIO(b"no archive" * 1000), "cannot be read"),
        (io.BytesIO(gzip.compress(b"no archive" * 1000)), "something else than plain files"),
        (
            io.BytesIO(gzip.compress(unpacked({"manifest.json": listing([NAME])})[:700])),
            "off",
        ),
    ],
)
def test_an_archive_of_something_else(archive: io.BytesIO, said: str) -> None:
    with pytest.raises(BadArchive, match=said):
        require_only(archive, NAME)


@pytest.mark.parametrize("key", ["repotags", "RepoTag\u017f", "RepoTags", "layers", "Parent"])
def test_a_key_that_an_engine_takes_for_another(key: str) -> None:
    """Docker compares keys without regard to case, and the last one counts."""
    body = listing([NAME]).replace(b'"Layers"', f'"{key}": ["debian:12"], "Layers"'.encode())
    with pytest.raises(BadArchive, match="its list of images says"):
        require_only(packed({"manifest.json": body}), NAME)


def test_a_second_gzip_file_behind_the_first() -> None:
    """Docker unpacks both, one after the other."""
    image = unpacked({"manifest.json": listing([NAME])})
    other = unpacked({"manifest.json": listing(["debian:12"])})
    end = 2 * tarfile.BLOCKSIZE  # the list's header and the list; the zeros behind it would end the archive
    with pytest.raises(BadArchive, match="not where it belongs"):
        require_only(io.BytesIO(gzip.compress(image[:end]) + gzip.compress(other)), NAME)


def test_a_damaged_gzip_file() -> None:
    body = packed({"manifest.json": listing([NAME]), f"{HEX}.tar": bytes(range(256)) * 40}).getvalue()
    for damaged in (body[:20] + b"\xff" * 20 + body[40:], body[:-20]):
        with pytest.raises(BadArchive, match="cannot be read"):
            require_only(io.BytesIO(damaged), NAME)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (b"\x0000000001000", "something else than plain files"),  # 0 to Python, 512 to Go
        (b"0000000100_0", "something else than plain files"),
        (b"00000001000\0", ""),
    ],
)
def test_a_size_that_readers_understand_differently(field: bytes, said: str) -> None:
    """One of them would find a second list of images where the other sees a layer's bytes."""
    body = bytearray(unpacked({"manifest.json": listing([NAME]), f"{HEX}.tar": bytes(512)}))
    header = slice(2 * tarfile.BLOCKSIZE, 3 * tarfile.BLOCKSIZE)
    block = body[header]
    block[124:136], block[148:156] = field, b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    body[header] = block
    archive = io.BytesIO(gzip.compress(bytes(body)))
    if not said:
        require_only(archive, NAME)
        return
    with pytest.raises(BadArchive, match=said):
        require_only(archive, NAME)


def test_a_damaged_header_is_not_the_end() -> None:
    """Python's reader stops there without a word, whatever comes behind."""
    body = bytearray(unpacked({"manifest.json": listing([NAME]), f"{HEX}.tar": b""}))
    body[2 * tarfile.BLOCKSIZE + 148] ^= 1
    with pytest.raises(BadArchive, match=r"cannot be read \(bad checksum\)"):
        require_only(io.BytesIO(gzip.compress(bytes(body))), NAME)


def test_two_lists_in_one_archive() -> None:
    def again(archive: tarfile.TarFile) -> None:
        body = listing(["debian:12"])
        member = tarfile.TarInfo("manifest.json")
        member.size = len(body)
        archive.addfile(member, io.BytesIO(body))

    with pytest.raises(BadArchive, match="not where it belongs"):
        require_only(packed({"manifest.json": listing([NAME])}, again), NAME)


def test_what_an_engine_never_saved(tmp_path: Path) -> None:
    for body in (b"", b"no archive", packed({"x": b""}).getvalue()):
        with pytest.raises(BadArchive, match="cannot be read"):
            write_image(iter([body]), NAME, [], tmp_path / "x.tar.gz")


def oci(image: bytes) -> bytes:
    """The archive as a newer Docker saves it: all in blobs/, the same list of images beside an index."""
    target = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(image)) as source, tarfile.open(fileobj=target, mode="w") as archive:
        [entry] = json.load(source.extractfile("manifest.json"))  # type: ignore[arg-type]
        renamed = {name: f"blobs/sha256/{index:064x}" for index, name in enumerate([entry["Config"], *entry["Layers"]])}
        entry["Config"], entry["Layers"] = renamed[entry["Config"]], [renamed[name] for name in entry["Layers"]]
        contents: dict[str, Any] = {new: source.extractfile(old).read() for old, new in renamed.items()}  # type: ignore[union-attr]
        for name, body in contents.items() | {("index.json", b"{}"), ("manifest.json", json.dumps([entry]).encode())}:
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return target.getvalue()


@pytest.mark.containers
@pytest.mark.parametrize("form", [bytes, oci])
def test_with_wheels(daemon: Daemon, tmp_path: Path, form: Callable[[bytes], bytes]) -> None:
    wheels = [tmp_path / f"{name}-1-py3-none-any.whl" for name in ("b", "a")]
    for wheel in wheels:
        wheel.write_text(wheel.name)
    target = tmp_path / "image.tar.gz"
    digest = write_image(iter([form(saved(BUSYBOX))]), NAME, wheels, target)
    with target.open("rb") as file:
        require_only(file, NAME)
    again = tmp_path / "again.tar.gz"
    assert write_image(iter([form(saved(BUSYBOX))]), NAME, wheels[::-1], again) == digest
    assert again.read_bytes() == target.read_bytes()  # the same things make the same file
    with engine_of(daemon) as engine:
        load(engine, [target.read_bytes()], NAME)
        record = engine.image(NAME)
    assert record is not None
    assert record["Config"]["Labels"][LABEL] == digest
    said = docker("run", "--rm", NAME, "sh", "-c", "ls /wheels; cat /wheels/a-*; env | grep PIP_", host=daemon.host)
    names = ["a-1-py3-none-any.whl", "b-1-py3-none-any.whl", "a-1-py3-none-any.whl"]
    assert [line.strip() for line in said.split("PIP_")[0].replace("whl", "whl\n").split()] == names
    assert {"FIND_LINKS=/wheels", "RETRIES=0", "TIMEOUT=5"} <= {line.strip() for line in said.split("PIP_")}
    assert "COPY wheels /wheels" in docker("history", "--no-trunc", NAME, host=daemon.host)


@pytest.mark.containers
def test_without_wheels_the_image_is_the_same(daemon: Daemon, engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "image.tar.gz"
    assert write_image(iter([saved(BUSYBOX)]), NAME, [], target) == ""
    with engine_of(daemon) as own:
        load(own, [target.read_bytes()], NAME)
        found, there = own.image(NAME), engine.image(BUSYBOX)
    assert found is not None
    assert there is not None
    assert found["RootFS"] == there["RootFS"]
    assert found["Config"]["Env"] == there["Config"]["Env"]
