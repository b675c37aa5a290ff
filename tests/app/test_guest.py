"""A guest on its console in the app: what is meant for it goes nowhere else, and the app goes on beside it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from coursekit.technologies.hypervisor.cache import Image
from coursekit.technologies.hypervisor.prepared import Prepared
from tests.app.conftest import OpenApp, Student
from tests.technologies.hypervisor.conftest import accelerator, here, image, prepared

__all__ = ["accelerator", "here", "image", "prepared"]
pytestmark = pytest.mark.guests
EXERCISE = """\
title: Box
summary: A guest.
minutes: 1
makes: [{guest: box}]
steps:
  - id: inside
    title: Leave a note
    points: 1
    console: box
    watch: 0.5s
    plot: table.csv
    check: {inside: {guest: box, check: {file: {path: /root/note, contains: "42"}}}}
"""
GUIDE = "# Box\n\n## inside\n\nIn the guest:\n\n```sh\necho 42 > note\n```\n"


@pytest.fixture
def course(course: Path) -> Path:
    """The tiny course, its first exercise in a guest."""
    (course / "exercises/venv/tiny/exercise.yaml").write_text(EXERCISE)
    (course / "exercises/venv/tiny/guide.md").write_text(GUIDE)
    return course


async def refused(student: Student, why: str) -> None:
    await student.press("f4")
    await student.until(lambda: why in student.news)


async def test_inserting_waits_for_the_proof(open_app: OpenApp, prepared: Prepared) -> None:
    async with open_app() as student:
        await student.open()
        await refused(student, "For the guest box only: it does not run.")
        folder = student.practice.workspace("venv/tiny") / "box"
        line = shlex.join(prepared.unpack(folder, "box"))
        await student.type(f"cd box && {line}")
        await student.until(lambda: not student.terminal.at_prompt)
        await student.until(lambda: (folder / "qmp.sock").exists(), 30)
        await student.type("")
        await student.until(lambda: "box login:" in student.shell or "guest login:" in student.shell, 30)
        await refused(student, "nobody is logged in there yet")
        await student.type("root")
        await student.until(lambda: "Password:" in student.shell, 30)
        await student.type("root")
        await student.until(lambda: ":~#" in student.shell, 30)
        assert not student.terminal.marks_missing
        await student.press("f4")
        await student.until(lambda: student.shell.rstrip().endswith("echo 42 > note"), 30)
        assert "Enter runs it" in student.news
        await student.press("enter")
        await student.until(lambda: "passed" in student.news, 30)
        assert not (folder / "note").exists()
        assert not (folder.parent / "note").exists()
        await student.type("poweroff")
        await student.until(lambda: student.terminal.at_prompt, 60)


async def test_a_table_is_drawn_as_soon_as_it_is_there(open_app: OpenApp, image: Image) -> None:
    async with open_app() as student:
        await student.open()
        assert "█" not in student.guide
        await student.type("printf 'what,unit,host,guest\\ncpu,s,1,4\\n' > table.csv")
        await student.until(lambda: "█" in student.guide)
        assert "cpu (s)" in student.guide
