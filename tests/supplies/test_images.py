"""Base images on their way into a real engine: from a registry with progress, stopped, from a bundle, not at all."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from coursekit.errors import CourseError, ExitCode
from coursekit.model.course import SOURCES, BaseImage
from coursekit.supplies.archive import write_image
from coursekit.supplies.images import Images, missing_images
from coursekit.supplies.listener import Stopped
from coursekit.supplies.manifest import BundleFile
from coursekit.supplies.source import FolderSource, find_source
from tests.engines import BUSYBOX, Daemon, docker, saved
from tests.supplies.conftest import Heard, Web, course_with, engine_of
from tests.supplies.halting import Halting
from tests.terminals import Terminal

pytestmark = pytest.mark.containers
NOWHERE = "registry.invalid/nothing:1"


def image(name: str, sources: Sequence[str] = SOURCES) -> BaseImage:
    return BaseImage(name, tuple(sources))


def own(daemon: Daemon) -> dict[str, str]:
    return {"DOCKER_HOST": daemon.host}


def test_a_first_pull_shows_how_far_it_is(halt: Halting, heard: Heard) -> None:
    """The rest of the image comes when a part of it has been shown, whatever the machine's speed."""
    assert [missing.name for missing in missing_images([image(halt.name), image(BUSYBOX)], os.environ)] == [halt.name]

    def go_on_when_shown() -> bool:
        if any(0 < done < total for _, done, total in heard.shown):
            halt.go_on.set()
        return False

    heard.stop_when = go_on_when_shown
    with Images(os.environ, heard.listener) as images:
        images.bring(image(halt.name))
    assert halt.go_on.is_set()
    assert missing_images([image(halt.name)], os.environ) == []
    sizes = [(done, total) for what, done, total in heard.shown if what == halt.name]
    assert sizes == sorted(sizes)
    assert sizes[-1][0] == sizes[-1][1] == len(halt.layer)
    assert heard.lines == [f"{halt.name}: pulled (8.0 MB)"]
    with Images(os.environ, heard.listener) as images:
        images.bring(image(halt.name))
    assert heard.lines[1:] == [f"{halt.name}: here already"]


def test_a_pull_is_stopped_while_nothing_comes(halt: Halting, heard: Heard) -> None:
    """The engine stops as well. It can be pulled afterwards."""
    heard.stop_when = lambda: any(total > 1_000_000 for _, _, total in heard.shown)
    began = time.monotonic()
    with pytest.raises(Stopped), Images(os.environ, heard.listener) as images:
        images.bring(image(halt.name))
    assert time.monotonic() - began < 30
    assert [missing.name for missing in missing_images([image(halt.name)], os.environ)] == [halt.name]
    halt.go_on.set()
    assert halt.hung_up.wait(10)
    heard.stop_when = lambda: False
    with Images(os.environ, heard.listener) as images:
        images.bring(image(halt.name))
    assert missing_images([image(halt.name)], os.environ) == []


def test_ctrl_c_stops_a_pull(halt: Halting, tmp_path: Path, home: Path) -> None:
    course = course_with(tmp_path / "course", images=f"[{halt.name}]")
    words = [sys.executable, "-m", "coursekit", "--course", str(course), "fetch", "one"]
    with Terminal(words, {"COURSEKIT_HOME": str(home), "HOME": str(tmp_path)}) as terminal:
        terminal.shows(f"{halt.name}: ", " MB of 8.0 MB")
        terminal.press("\x03")
        assert terminal.wait() == 130
        terminal.shows("Stopped.")
    halt.go_on.set()
    assert halt.hung_up.wait(10)


@pytest.mark.parametrize("name", [NOWHERE, "127.0.0.1:9/nothing:1"])
def test_no_network(daemon: Daemon, heard: Heard, name: str) -> None:
    with Images(own(daemon), heard.listener) as images, pytest.raises(CourseError) as caught:
        images.bring(image(name))
    assert f"The registry of {name} cannot be reached: no network?" in caught.value.message
    assert "coursekit fetch LAB --from FOLDER" in caught.value.what_to_do
    assert caught.value.exit_code is ExitCode.COULD_NOT_CHECK


def test_what_the_registry_does_not_have(registry: str, heard: Heard) -> None:
    with Images(os.environ, heard.listener) as images:
        with pytest.raises(CourseError, match="The registry does not give"):
            images.bring(image(f"{registry}/nothing:1"))
        with pytest.raises(CourseError, match=r"did not come\. It is not here yet\. No bundle was given\."):
            images.bring(image(f"{registry}/nothing:1", ["local", "bundle"]))


def test_no_engine(tmp_path: Path, heard: Heard) -> None:
    nobody = {"DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    assert missing_images([image(BUSYBOX)], nobody) == []
    with pytest.raises(CourseError, match="No container engine answers") as caught:
        Images(nobody, heard.listener)
    assert caught.value.exit_code is ExitCode.TOOL_MISSING


def bundled(folder: Path, name: str, wheels: Sequence[str] = ()) -> tuple[FolderSource, list[BundleFile]]:
    """A bundle with busybox under a name, and wheels in it."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    paths = []
    for wheel in wheels:
        paths.append(folder / wheel)
        paths[-1].write_text(wheel)
    path = folder / "images" / "busybox.tar.gz"
    digest = write_image(iter([saved(BUSYBOX)]), name, paths, path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    listed = BundleFile(
        "images/busybox.tar.gz", sha256, path.stat().st_size, "image", ("one",), "linux/amd64", name, digest
    )
    return FolderSource(folder), [listed]


@pytest.fixture
def amd64(daemon: Daemon) -> None:
    with engine_of(daemon) as engine:
        if engine.platform != "linux/amd64":
            pytest.skip(f"the engine is one for {engine.platform}")


@pytest.mark.usefixtures("amd64")
def test_from_a_bundle(daemon: Daemon, heard: Heard, tmp_path: Path) -> None:
    bundle = bundled(tmp_path / "bundle", NOWHERE)
    with Images(own(daemon), heard.listener, bundle) as images:
        images.bring(image(NOWHERE))
        assert heard.lines == [f"{NOWHERE}: loaded from the bundle (1.0 MB)"]
        images.bring(image(NOWHERE))
    assert heard.lines[1:] == [f"{NOWHERE}: here already"]
    assert "hello" in docker("run", "--rm", NOWHERE, "echo", "hello", host=daemon.host)


@pytest.mark.usefixtures("amd64")
def test_one_that_is_here_without_the_wheels_gets_another_name(daemon: Daemon, heard: Heard, tmp_path: Path) -> None:
    before = docker("inspect", "--format", "{{.Id}}", BUSYBOX, host=daemon.host)
    bundle = bundled(tmp_path / "bundle", BUSYBOX, ["a-1-py3-none-any.whl"])
    with Images(own(daemon), heard.listener, bundle) as images:
        images.bring(image(BUSYBOX))
        assert docker("inspect", "--format", "{{.Id}}", f"{BUSYBOX}-before-bundle", host=daemon.host) == before
        assert docker("inspect", "--format", "{{.Id}}", BUSYBOX, host=daemon.host) != before
        assert len(heard.lines) == 2
        images.bring(image(BUSYBOX))
    assert heard.lines[2:] == [f"{BUSYBOX}: here already"]
    newer = bundled(tmp_path / "newer", BUSYBOX, ["b-1-py3-none-any.whl"])
    with Images(own(daemon), heard.listener, newer) as images:
        images.bring(image(BUSYBOX))  # the bundle's older one is nobody's: it gets no name
    assert docker("inspect", "--format", "{{.Id}}", f"{BUSYBOX}-before-bundle", host=daemon.host) == before
    assert "b-1" in docker("run", "--rm", BUSYBOX, "ls", "/wheels", host=daemon.host)


@pytest.mark.usefixtures("amd64")
def test_a_damaged_image_is_not_loaded(daemon: Daemon, heard: Heard, tmp_path: Path) -> None:
    source, [listed] = bundled(tmp_path / "bundle", NOWHERE)
    path = tmp_path / "bundle" / listed.path
    body = bytearray(path.read_bytes())
    body[5000] ^= 1
    path.write_bytes(body)
    with Images(own(daemon), heard.listener, (source, [listed])) as images:
        with pytest.raises(CourseError, match=r"images/busybox\.tar\.gz is damaged"):
            images.bring(image(NOWHERE, ["bundle"]))
        assert missing_images([image(NOWHERE)], own(daemon))


@pytest.mark.usefixtures("amd64")
@pytest.mark.parametrize("how", ["damaged", "another"])
def test_one_that_is_here_keeps_its_name_alone_when_the_bundles_is_none(
    daemon: Daemon, heard: Heard, tmp_path: Path, how: str
) -> None:
    source, [listed] = bundled(tmp_path / "bundle", BUSYBOX if how == "damaged" else NOWHERE, ["a-1-py3-none-any.whl"])
    if how == "damaged":
        (tmp_path / "bundle" / listed.path).write_bytes(b"spoilt")
    lying = BundleFile(**{**vars(listed), "image": BUSYBOX})
    before = docker("images", host=daemon.host)
    with (
        Images(own(daemon), heard.listener, (source, [lying])) as images,
        pytest.raises(CourseError, match="What the bundle has under its name cannot be used"),
    ):
        images.bring(image(BUSYBOX, ["bundle"]))
    assert docker("images", host=daemon.host) == before
    assert heard.lines == []


@pytest.mark.usefixtures("amd64")
def test_an_archive_that_is_refused_does_not_stay(
    daemon: Daemon, heard: Heard, tmp_path: Path, bundle: Path, web: Web
) -> None:
    _, [listed] = bundled(bundle, "debian:12")
    lying = BundleFile(**{**vars(listed), "image": NOWHERE})
    source, downloads = find_source(web.url), tmp_path / "downloads"
    with (
        Images(own(daemon), heard.listener, (source, [lying]), downloads) as images,
        pytest.raises(CourseError, match="does not hold"),
    ):
        images.bring(image(NOWHERE, ["bundle"]))
    assert list(downloads.iterdir()) == []


@pytest.mark.usefixtures("amd64")
def test_an_image_that_is_not_in_the_bundle_after_all(daemon: Daemon, heard: Heard, tmp_path: Path) -> None:
    source, [listed] = bundled(tmp_path / "bundle", NOWHERE)
    (tmp_path / "bundle" / listed.path).unlink()
    with (
        Images(own(daemon), heard.listener, (source, [listed])) as images,
        pytest.raises(CourseError, match=r"busybox\.tar\.gz cannot be read \(No such file"),
    ):
        images.bring(image(NOWHERE, ["bundle"]))


@pytest.mark.usefixtures("amd64")
def test_an_archive_of_another_image_is_not_loaded(daemon: Daemon, heard: Heard, tmp_path: Path) -> None:
    """A list that says one name, and an archive that holds another: nobody's image loses its name."""
    source, [listed] = bundled(tmp_path / "bundle", "debian:12")
    lying = BundleFile(**{**vars(listed), "image": NOWHERE})
    with (
        Images(own(daemon), heard.listener, (source, [lying])) as images,
        pytest.raises(CourseError, match=r"does not hold registry\.invalid/nothing:1 alone"),
    ):
        images.bring(image(NOWHERE, ["bundle"]))
    assert "debian" not in docker("images", host=daemon.host)


def test_a_bundle_for_other_machines(daemon: Daemon, heard: Heard, tmp_path: Path) -> None:
    source, [listed] = bundled(tmp_path / "bundle", NOWHERE)
    other = BundleFile(**{**vars(listed), "platform": "linux/arm64"})
    with (
        Images(own(daemon), heard.listener, (source, [other])) as images,
        pytest.raises(CourseError, match="The bundle has none for linux/amd64"),
    ):
        images.bring(image(NOWHERE))


@pytest.mark.usefixtures("amd64")
def test_loading_is_stopped(daemon: Daemon, heard: Heard, tmp_path: Path) -> None:
    bundle = bundled(tmp_path / "bundle", NOWHERE)
    heard.stop_when = lambda: any(0 < done < total for _, done, total in heard.shown)
    with Images(own(daemon), heard.listener, bundle) as images, pytest.raises(Stopped):
        images.bring(image(NOWHERE))
    assert missing_images([image(NOWHERE)], own(daemon))
    assert json.dumps(heard.lines) == "[]"


@pytest.mark.usefixtures("amd64")
def test_from_a_web_server(daemon: Daemon, heard: Heard, tmp_path: Path, bundle: Path, web: Web) -> None:
    """What was downloaded stays until it has been loaded, and goes then."""
    _, listed = bundled(bundle, NOWHERE)
    source, downloads = find_source(web.url), tmp_path / "downloads"
    heard.stop_when = lambda: len(web.asked) == 1 and any(done == total for _, done, total in heard.shown[:-1])
    with Images(own(daemon), heard.listener, (source, listed), downloads) as images:
        with pytest.raises(Stopped):
            images.bring(image(NOWHERE))
        assert [path.name for path in downloads.iterdir()] == [f"{listed[0].sha256}.tar.gz"]
        heard.stop_when = lambda: False
        images.bring(image(NOWHERE))
    assert [path for path, _ in web.asked] == [f"/{listed[0].path}"]
    assert list(downloads.iterdir()) == []
    assert missing_images([image(NOWHERE)], own(daemon)) == []
