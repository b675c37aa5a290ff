"""The guest image in a class bundle, and out of it: whole, verified, never in the place of one that is here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from coursekit.supplies.platforms import this_platform
from coursekit.technologies.hypervisor.cache import ELSEWHERE, Image, cache_folder, find, verify
from coursekit.technologies.hypervisor.hardware import hardware
from tests.supplies.conftest import EXERCISE, Run, course_with

pytestmark = pytest.mark.guests


@pytest.fixture
def image() -> Image:
    """The guest image of this machine."""
    found = find(hardware())
    if found is None:
        pytest.skip("no guest image, see .ci/guest")
    return found


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course whose only exercise has a virtual machine."""
    folder = course_with(tmp_path / "course")
    path = folder / EXERCISE
    path.write_text(path.read_text().replace("steps:\n", "makes: [{guest: box}]\nsteps:\n"))
    return folder


@pytest.fixture
def bundle(run: Run, course: Path, image: Image, tmp_path: Path) -> Path:
    into = tmp_path / "bundle"
    assert "guest image for linux/" in run(course, "class", "bundle", "one", "--into", str(into))
    return into


def test_out_of_a_bundle(
    run: Run, course: Path, image: Image, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ELSEWHERE, str(tmp_path / "cache"))
    assert find(hardware()) is None
    assert "guest image: fetched" in run(course, "fetch", "one", "--from", str(bundle))
    fetched = find(hardware())
    assert fetched is not None
    assert fetched.checksums == image.checksums
    verify(fetched)
    assert not fetched.base.stat().st_mode & 0o222
    before = fetched.base.stat()
    assert "guest image: is here" in run(course, "fetch", "one", "--from", str(bundle))
    assert fetched.base.stat() == before


def test_one_that_is_here_and_damaged_is_fetched_anew(
    run: Run, course: Path, image: Image, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a kernel, as a full disk leaves it."""
    monkeypatch.setenv(ELSEWHERE, str(tmp_path / "cache"))
    folder = cache_folder(hardware())
    folder.mkdir(parents=True)
    for path in (image.base, image.initrd, image.folder / "guest.json"):
        (folder / path.name).symlink_to(path)
    (folder / "kernel").write_bytes(image.kernel.read_bytes()[:1000])
    assert "guest image: fetched" in run(course, "fetch", "one", "--from", str(bundle))
    fetched = find(hardware())
    assert fetched is not None
    verify(fetched)


def test_a_damaged_one_is_refused(
    run: Run, course: Path, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ELSEWHERE, str(tmp_path / "cache"))
    [kernel] = bundle.glob("guest/*/kernel")
    kernel.chmod(0o644)
    with kernel.open("r+b") as file:
        file.seek(1000)
        file.write(b"something else")
    assert "is damaged in" in run(course, "fetch", "one", "--from", str(bundle), code=4)
    assert find(hardware()) is None


def test_a_bundle_without_one(
    run: Run, course: Path, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An instructor whose machine lacks it is told so; a student gets the command that builds one."""
    monkeypatch.setenv(ELSEWHERE, str(tmp_path / "cache"))
    shutil.rmtree(bundle)
    said = run(course, "class", "bundle", "one", "--into", str(bundle), code=1)
    assert f"missing: the guest image for {this_platform()}: it is not here" in said
    said = run(course, "fetch", "one", "--from", str(bundle), code=4)
    assert "has no guest image for this machine" in said
    assert "coursekit guest build" in said


def test_without_an_image_no_exercise_begins(
    run: Run, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ELSEWHERE, str(tmp_path / "cache"))
    said = run(course, "start", "venv/tiny", code=3)
    assert "There is no guest image for" in said
    assert "coursekit guest build" in said
