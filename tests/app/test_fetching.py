"""The images of an exercise in the app: missing ones are said, and fetched with progress that Esc stops."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from tests.app.conftest import OpenApp
from tests.engines import docker, until
from tests.supplies.conftest import course_with
from tests.supplies.conftest import halt as halt
from tests.supplies.halting import Halting

pytestmark = [pytest.mark.containers, pytest.mark.usefixtures("engine")]


@pytest.fixture
def course(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The course of a test: with the image that stops half-way if the test asks for it, else with none yet."""
    wanted = request.getfixturevalue("halt").name if "halt" in request.fixturenames else ""
    return course_with(tmp_path / "course", images=f"[{wanted}]" if wanted else "")


def here(image: str) -> bool:
    return bool(docker("images", "--quiet", image))


async def test_a_missing_image_is_fetched(open_app: OpenApp, halt: Halting) -> None:
    async with open_app() as student:
        await student.open()
        await student.until(lambda: student.panel)
        assert f"that this exercise begins with is not here yet: {halt.name}" in student.panel.replace("\n", " ")
        assert "^Space, then f" in student.panel
        assert "coursekit fetch one" in student.panel
        await student.press("ctrl+@", "f")
        await student.until(lambda: halt.name in student.news and " MB of 8.0 MB" in student.news)
        assert "(Esc stops it)" in student.news
        await student.type("echo still-alive")
        await student.until(lambda: "\nstill-alive" in student.shell)
        halt.go_on.set()
        await student.until(lambda: "All images" in student.panel, 60)
        assert f"{halt.name}: pulled (8.0 MB)" in student.panel.replace("\n", " ")
        assert student.news == ""
    assert here(halt.name)


def fetching() -> bool:
    return "fetching" in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("leaves", [False, True])
async def test_esc_or_leaving_stops_it(open_app: OpenApp, halt: Halting, leaves: bool) -> None:
    """Also while nothing comes, and the engine stops as well."""
    async with open_app() as student:
        await student.open()
        await student.until(lambda: student.panel)
        await student.press("ctrl+@", "f")
        await student.until(lambda: " MB of 8.0 MB" in student.news)
        if not leaves:
            await student.press("escape")
            await student.until(lambda: "You stopped the fetching; what came whole is kept." in student.news)
            assert student.panel == ""
        await student.until(lambda: leaves or not fetching())
    until(lambda: not fetching())
    halt.go_on.set()
    assert await asyncio.to_thread(halt.hung_up.wait, 10)
    assert not here(halt.name)


async def test_no_network_is_told_and_no_failure(open_app: OpenApp, course: Path) -> None:
    course_with(course, images="[127.0.0.1:9/nothing:1]")
    async with open_app() as student:
        await student.open()
        await student.until(lambda: student.panel)
        await student.press("f2")
        await student.until(lambda: "could not check (not your fault)" in student.panel)
        await student.press("ctrl+@", "f")
        await student.until(lambda: "cannot be reached: no network?" in student.panel.replace("\n", " "))
        assert "coursekit fetch LAB --from FOLDER" in student.panel.replace("\n", " ")


async def test_with_all_images_nothing_is_said(open_app: OpenApp, course: Path) -> None:
    course_with(course, images="[busybox:1.36]")
    async with open_app() as student:
        await student.open()
        await student.looked()
        assert student.panel == ""
        await student.press("ctrl+@", "f")
        await student.until(lambda: "busybox:1.36: here already" in student.panel)
