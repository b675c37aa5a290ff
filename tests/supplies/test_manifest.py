"""bundle.json comes from elsewhere: nothing that it says may lead out of the bundle, or to something that it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coursekit.errors import CourseError
from coursekit.supplies.manifest import LARGEST, BundleFile, Manifest, read_manifest
from coursekit.supplies.source import FolderSource, find_source

SUM = "0" * 64
WHEEL: dict[str, Any] = {
    "path": "wheels/tabulate-0.9.0-py3-none-any.whl",
    "sha256": SUM,
    "bytes": 7,
    "what": "wheel",
    "labs": ["lab1"],
}
IMAGE = WHEEL | {
    "path": "images/busybox-1.36.tar.gz",
    "what": "image",
    "image": "busybox:1.36",
    "platform": "linux/arm64",
}
WHOLE: dict[str, Any] = {
    "format": 1,
    "course": "A course",
    "version": "1",
    "labs": ["lab1"],
    "platforms": ["linux/amd64"],
    "files": [WHEEL, IMAGE],
}


def read(whole: object) -> Manifest:
    return read_manifest(json.dumps(whole).encode(), "/a/bundle")


def test_what_is_written_is_read_again() -> None:
    manifest = read(WHOLE)
    assert manifest.files[1].image == "busybox:1.36"
    assert read_manifest(manifest.to_json().encode(), "") == manifest
    assert json.loads(manifest.to_json())["files"] == [WHEEL, IMAGE]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "../../.bashrc"}, "a path that no wheel of a bundle has"),
        ({"path": "/etc/passwd"}, "a path that no wheel"),
        ({"path": "wheels/../../x-1-py3-none-any.whl"}, "a path that no wheel"),
        ({"path": "wheels/..-1-py3-none-any.whl"}, "a path that no wheel"),
        ({"path": "wheels\\x-1-py3-none-any.whl"}, "a path that no wheel"),
        ({"path": "wheels/deep/x-1-py3-none-any.whl"}, "a path that no wheel"),
        ({"path": "wheels/x-1-py3-none-any.whl\n"}, "no `path`, or one that is no plain text"),
        ({"path": "wheels/x\u202e-1-py3-none-any.whl"}, "no `path`, or one that is no plain text"),
        ({"path": "wheels/x y-1-py3-none-any.whl"}, "a path that no wheel"),
        ({"path": "wheels/pip.conf"}, "a path that no wheel"),
        ({"path": "images/x.tar.gz"}, "a path that no wheel"),
        ({"path": 3}, "no `path`"),
        ({"path": None}, "no `path`"),
        ({"sha256": "0" * 63}, "has no SHA-256"),
        ({"sha256": "Z" * 64}, "has no SHA-256"),
        ({"bytes": -1}, "an impossible size"),
        ({"bytes": 0}, "an impossible size"),
        ({"bytes": True}, "an impossible size"),
        ({"bytes": 10**30}, "an impossible size"),
        ({"bytes": "7"}, "an impossible size"),
        ({"what": "program"}, "is no wheel, no image"),
        ({"labs": "lab1"}, "no list of texts"),
        ({"labs": ["../lab1"]}, "no names of labs"),
        ({"platform": "plan9/mips"}, "which is no platform"),
    ],
)
def test_a_wheel_that_is_none(change: dict[str, Any], said: str) -> None:
    with pytest.raises(CourseError) as caught:
        read(WHOLE | {"files": [WHEEL | change]})
    assert said in caught.value.message
    assert caught.value.message.startswith("/a/bundle/bundle.json")
    assert caught.value.what_to_do


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"image": "--privileged"}, "no name that an image can have"),
        ({"image": "python"}, "no name that an image can have"),
        ({"image": ""}, "no name that an image can have"),
        ({"platform": "darwin/arm64"}, "which is no platform"),
        ({"platform": ""}, "which is no platform"),
        ({"path": "images/x.tar"}, "a path that no image"),
        ({"path": "images/.tar.gz"}, "a path that no image"),
    ],
)
def test_an_image_that_is_none(change: dict[str, Any], said: str) -> None:
    with pytest.raises(CourseError, match=said):
        read(WHOLE | {"files": [IMAGE | change]})


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        ([], "it is no mapping"),
        (WHOLE | {"format": 2}, "its format is 2.* A newer coursekit reads it"),
        (WHOLE | {"format": "1"}, "its format is '1'"),
        (WHOLE | {"format": True}, "its format is True"),
        (WHOLE | {"files": {}}, "`files` is no list"),
        (WHOLE | {"files": [WHEEL, WHEEL]}, "stands in it twice"),
        (WHOLE | {"files": [WHEEL, WHEEL | {"path": WHEEL["path"].replace("tab", "Tab")}]}, "stands in it twice"),
        (WHOLE | {"files": ["x"]}, "file 1 is no mapping"),
        (WHOLE | {"platforms": ["x"]}, "something that is none"),
        ({key: value for key, value in WHOLE.items() if key != "course"}, "no `course`"),
        (WHOLE | {"course": "\x1b[2J"}, "no plain text"),
    ],
)
def test_a_list_that_is_none(whole: object, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        read(whole)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b" " * (LARGEST + 1)])
def test_bytes_that_are_no_list(data: bytes) -> None:
    with pytest.raises(CourseError, match="not the list of a bundle"):
        read_manifest(data, "x")


def test_a_link_in_a_bundle_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("theirs")
    for folder, name in (("a", "wheels/x-1-py3-none-any.whl"), ("b", "wheels")):
        (tmp_path / folder / "wheels").parent.mkdir()
        file = BundleFile("wheels/x-1-py3-none-any.whl", SUM, 6, "wheel", ())
        if name == "wheels":
            (tmp_path / "elsewhere").mkdir()
            (tmp_path / "elsewhere" / "x-1-py3-none-any.whl").write_text("theirs")
            (tmp_path / folder / name).symlink_to(tmp_path / "elsewhere")
        else:
            (tmp_path / folder / "wheels").mkdir()
            (tmp_path / folder / name).symlink_to(secret)
        with pytest.raises(OSError, match="is a link"):
            FolderSource(tmp_path / folder).open(file)


@pytest.mark.parametrize("words", ["ftp://example.org/x", "file:///etc", "http:///x", "https://"])
def test_an_address_that_is_not_http(words: str) -> None:
    with pytest.raises(CourseError) as caught:
        find_source(words)
    assert "http://" in caught.value.what_to_do


def test_where_there_is_no_bundle(tmp_path: Path) -> None:
    for words in (str(tmp_path), str(tmp_path / "none"), "http://127.0.0.1:9"):
        with pytest.raises(CourseError, match="There is no bundle in"):
            find_source(words).manifest()
