"""A bundle's files on their way, from a real web server: resumed, verified, fetched again, stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.errors import CourseError, ExitCode
from coursekit.supplies.arrival import bring
from coursekit.supplies.listener import Stopped
from coursekit.supplies.manifest import BundleFile
from coursekit.supplies.source import FolderSource, Source, find_source
from tests.supplies.conftest import Heard, Web


@pytest.fixture
def source(web: Web) -> Source:
    return find_source(web.url)


@pytest.fixture
def file(source: Source) -> BundleFile:
    return source.manifest().files[1]


@pytest.fixture
def target(tmp_path: Path, file: BundleFile) -> Path:
    return tmp_path / "home" / "wheels" / file.name


@pytest.fixture
def part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def body(bundle: Path, file: BundleFile) -> bytes:
    return (bundle / file.path).read_bytes()


def test_it_comes_and_is_not_fetched_twice(
    source: Source, file: BundleFile, target: Path, part: Path, web: Web, bundle: Path, heard: Heard
) -> None:
    assert bring(file, source, target, heard.listener)
    assert target.read_bytes() == body(bundle, file)
    assert not part.exists()
    assert heard.shown[-1] == (file.name, file.bytes, file.bytes)
    asked = len(web.asked)
    assert not bring(file, source, target, heard.listener)
    assert len(web.asked) == asked


def test_it_goes_on_where_it_broke_off(
    source: Source, file: BundleFile, target: Path, part: Path, web: Web, bundle: Path, heard: Heard
) -> None:
    web.breaks_after = 300_000
    with pytest.raises(CourseError) as caught:
        bring(file, source, target, heard.listener)
    assert "it goes on where it stopped" in caught.value.what_to_do
    assert caught.value.exit_code is ExitCode.COULD_NOT_CHECK
    assert part.stat().st_size == 300_000
    assert not target.exists()
    bring(file, source, target, heard.listener)
    assert web.asked[-1] == (f"/{file.path}", "bytes=300000-")
    assert target.read_bytes() == body(bundle, file)


def test_a_server_that_cannot_begin_in_the_middle_starts_over(
    source: Source, file: BundleFile, target: Path, part: Path, web: Web, bundle: Path, heard: Heard
) -> None:
    web.ranges, web.breaks_after = False, 300_000
    with pytest.raises(CourseError):
        bring(file, source, target, heard.listener)
    bring(file, source, target, heard.listener)
    assert web.asked[-1] == (f"/{file.path}", "bytes=300000-")
    assert target.read_bytes() == body(bundle, file)


def test_a_damaged_part_is_fetched_again(
    source: Source, file: BundleFile, target: Path, part: Path, web: Web, bundle: Path, heard: Heard
) -> None:
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1000)
    bring(file, source, target, heard.listener)
    assert [asked for path, asked in web.asked if path == f"/{file.path}"] == ["bytes=1000-", ""]
    assert target.read_bytes() == body(bundle, file)


@pytest.mark.parametrize("size", [0, 1])
def test_a_part_as_long_as_the_file_or_longer_is_not_believed(
    source: Source, file: BundleFile, target: Path, part: Path, bundle: Path, heard: Heard, size: int
) -> None:
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * (file.bytes + size))
    bring(file, source, target, heard.listener)
    assert target.read_bytes() == body(bundle, file)


def test_a_file_that_was_spoilt_here_is_fetched_again(
    source: Source, file: BundleFile, target: Path, bundle: Path, heard: Heard
) -> None:
    target.parent.mkdir(parents=True)
    target.write_bytes(b"x" * file.bytes)
    assert bring(file, source, target, heard.listener)
    assert target.read_bytes() == body(bundle, file)


def test_damaged_once_on_the_way(
    source: Source, file: BundleFile, target: Path, web: Web, bundle: Path, heard: Heard
) -> None:
    web.instead[f"/{file.path}"] = b"x" * file.bytes
    bring(file, source, target, heard.listener)
    assert target.read_bytes() == body(bundle, file)


@pytest.mark.parametrize("where", ["web", "folder"])
def test_damaged_at_its_source(
    source: Source, file: BundleFile, target: Path, part: Path, bundle: Path, heard: Heard, where: str
) -> None:
    (bundle / file.path).write_bytes(b"x" * file.bytes)
    with pytest.raises(CourseError, match=r"is damaged in .*: its checksum"):
        bring(file, source if where == "web" else FolderSource(bundle), target, heard.listener)
    assert not target.exists()
    assert not part.exists()


def test_more_than_was_said_is_not_taken(
    source: Source, file: BundleFile, target: Path, web: Web, bundle: Path, heard: Heard
) -> None:
    web.instead[f"/{file.path}"] = body(bundle, file) + b"more"
    bring(file, source, target, heard.listener)
    assert target.stat().st_size == file.bytes


def test_stopped_in_the_middle(
    source: Source, file: BundleFile, target: Path, part: Path, web: Web, bundle: Path, heard: Heard
) -> None:
    heard.stop_when = lambda: bool(heard.shown)
    with pytest.raises(Stopped):
        bring(file, source, target, heard.listener)
    so_far = part.stat().st_size
    assert 0 < so_far < file.bytes
    heard.stop_when = lambda: False
    bring(file, source, target, heard.listener)
    assert web.asked[-1][1] == f"bytes={so_far}-"
    assert target.read_bytes() == body(bundle, file)


def test_what_the_server_does_not_have(
    source: Source, file: BundleFile, target: Path, bundle: Path, heard: Heard
) -> None:
    (bundle / file.path).unlink()
    with pytest.raises(CourseError, match="the server answers 404"):
        bring(file, source, target, heard.listener)


def test_links_in_the_students_folder_are_not_written_through(
    source: Source, file: BundleFile, target: Path, part: Path, tmp_path: Path, heard: Heard
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("theirs")
    part.parent.mkdir(parents=True)
    part.symlink_to(theirs)
    target.symlink_to(theirs)
    bring(file, source, target, heard.listener)
    assert theirs.read_text() == "theirs"
    assert not target.is_symlink()
