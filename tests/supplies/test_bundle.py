"""``coursekit class bundle``: made from a real engine, a real registry and the real index; what lacks is said."""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from coursekit.model.course import BaseImage
from coursekit.supplies.foreign import at_hand
from coursekit.supplies.manifest import read_manifest
from coursekit.supplies.platforms import PLATFORMS, image_platform, pythons_of, wheel_platform, wheel_tags
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.problem import EngineProblem
from tests.engines import BUSYBOX, Things, docker, push
from tests.supplies.conftest import Heard, Run, course_with


def test_names_of_platforms() -> None:
    assert [image_platform(platform) for platform in PLATFORMS] == ["linux/amd64", "linux/arm64"] * 1 + [
        "linux/arm64",
        "linux/amd64",
    ]
    assert wheel_tags("linux/arm64")[0] == "manylinux_2_28_aarch64"
    assert {"manylinux2014_x86_64", "manylinux1_x86_64", "linux_x86_64"} <= set(wheel_tags("linux/amd64"))
    assert wheel_tags("darwin/arm64") == ["macosx_12_0_arm64"]
    assert wheel_platform("x-1-py3-none-any.whl", "linux/arm64") == ""
    assert wheel_platform("x-1-cp311-cp311-manylinux_2_17_x86_64.whl", "linux/amd64") == "linux/amd64"


def test_the_python_in_an_image() -> None:
    assert pythons_of("python:3.11-slim") == ("3.11",)
    assert list(pythons_of("registry.example.org:5000/library/python:slim")) == ["3.11", "3.12", "3.13"]
    assert not pythons_of(BUSYBOX)


@pytest.mark.containers
@pytest.mark.network
@pytest.mark.slow
def test_a_bundle_is_made_and_made_again(run: Run, tmp_path: Path, home: Path) -> None:
    """The wheels of all options, for both platforms; the image of this engine's platform, and which one lacks."""
    named = tmp_path / "named"
    course = course_with(named, images=f"[{BUSYBOX}]", packages='["tabulate=={number}", psutil]')
    path = course / "exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("values:\n", 'values:\n  number: {choose: ["0.8.9", "0.9.0"]}\n'))
    into = tmp_path / "bundle"
    words = ["class", "bundle", "one", "--for", "linux/amd64,linux/arm64", "--into", str(into)]
    said = run(course, *words, code=1)
    assert f"missing: {BUSYBOX} for linux/" in said
    assert "cannot be reached: no network?" in said or "does not give" in said
    manifest = read_manifest((into / "bundle.json").read_bytes(), "")
    assert (manifest.course, manifest.version, manifest.labs) == ("A tiny course", "1", ("one",))
    names = [file.name for file in manifest.files]
    assert "tabulate-0.8.9-py3-none-any.whl" in names
    assert "tabulate-0.9.0-py3-none-any.whl" in names
    psutils = {file.platform for file in manifest.files if file.name.startswith("psutil")}
    assert psutils == {"linux/amd64", "linux/arm64"}
    [image] = [file for file in manifest.files if file.what == "image"]
    assert (image.image, image.labs, image.wheels) == (BUSYBOX, ("one",), "")
    on_disk = {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}
    assert on_disk == {"bundle.json", *(file.path for file in manifest.files)}

    (into / "wheels" / "old-1-py3-none-any.whl").touch()
    path.write_text(path.read_text().replace('"0.8.9", "0.9.0"', '"0.9.0"').replace(", psutil", ""))
    run(course, *words, code=1)
    again = read_manifest((into / "bundle.json").read_bytes(), "")
    assert [file.name for file in again.files if file.what == "wheel"] == ["tabulate-0.9.0-py3-none-any.whl"]
    assert [path.name for path in (into / "wheels").iterdir()] == ["tabulate-0.9.0-py3-none-any.whl"]
    assert [file for file in again.files if file.what == "image"] == [image]  # the very same bytes

    assert "All that one needs is here." in run(course, "fetch", "one", "--from", str(into))
    assert [path.name for path in (home / ".coursekit/wheels").iterdir()] == ["tabulate-0.9.0-py3-none-any.whl"]


@pytest.mark.network
def test_what_has_no_wheel_is_said_and_the_rest_is_there(run: Run, tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", packages='["tabulate==0.1.1.1.1", "tabulate==0.9.0"]')
    said = run(course, "class", "bundle", "--for", "linux/arm64", "--into", str(tmp_path / "new"), code=1)
    assert said.count("missing: There is no wheel of tabulate==0.1.1.1.1 for linux/arm64 and Python") == 3
    whole = json.loads((tmp_path / "new" / "bundle.json").read_text())
    assert [file["path"] for file in whole["files"]] == ["wheels/tabulate-0.9.0-py3-none-any.whl"]


def other_than(engine: Engine) -> str:
    return "linux/arm64" if engine.platform == "linux/amd64" else "linux/amd64"


@pytest.mark.containers
@pytest.mark.parametrize("here", [True, False])
def test_another_platforms_image(engine: Engine, things: Things, registry: str, heard: Heard, here: bool) -> None:
    """It is pulled and goes again; the name stays with whoever had it."""
    foreign = other_than(engine)
    name = f"{registry}/{things.name()}:1"
    docker("load", stdin=archive_for(foreign, name))
    push(name)
    docker("rmi", name)
    if here:
        docker("tag", BUSYBOX, name)
    before = identity(engine, name)
    with at_hand(engine, BaseImage(name, ("local", "registry")), foreign, heard.listener) as identifier:
        found = engine.image(identifier)
        assert found is not None
        assert found["Architecture"] == foreign.partition("/")[2]
        if here:
            assert identity(engine, name) == before
    assert engine.image(identifier) is None
    assert identity(engine, name) == before


@pytest.mark.containers
def test_a_registry_without_that_platform(engine: Engine, things: Things, registry: str, heard: Heard) -> None:
    foreign = other_than(engine)
    name = f"{registry}/{things.name()}:1"
    docker("tag", BUSYBOX, name)
    push(name)
    before = identity(engine, name)
    with (
        pytest.raises(EngineProblem, match=f"has no {name} for {foreign}"),
        at_hand(engine, BaseImage(name, ("local", "registry")), foreign, heard.listener),
    ):
        pass
    assert identity(engine, name) == before
    with (
        pytest.raises(EngineProblem, match="names no registry"),
        at_hand(engine, BaseImage(name, ("local", "bundle")), foreign, heard.listener),
    ):
        pass


def identity(engine: Engine, name: str) -> str:
    return str((engine.image(name) or {}).get("Id", ""))


def archive_for(platform: str, name: str) -> bytes:
    """An image with one file in it, as `docker save` would write it."""
    layer = tarred({"data": secrets.token_bytes(1000)})
    described = {
        "architecture": platform.partition("/")[2],
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    listed = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    bodies = {"config.json": json.dumps(described).encode(), "manifest.json": json.dumps(listed).encode()}
    return tarred(bodies | {"layer.tar": layer})


def tarred(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return packed.getvalue()
