"""A guest that has booted already: loaded twice, it becomes two, each with a name, a clock and chance of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from pathlib import Path

import pytest

from coursekit.technologies.hypervisor.cache import Image
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.prepared import Prepared, prepare, refresh
from tests.technologies.hypervisor.conftest import MEMORY

pytestmark = pytest.mark.guests


def test_two_that_come_of_one(prepared: Prepared, here: Hardware, tmp_path: Path) -> None:
    said = []
    for name in ("ada", "ben"):
        folder = tmp_path / name
        with contextlib.ExitStack() as stack:
            stack.enter_context(OwnGuest(folder, here, prepared.unpack(folder, name)))
            inside = stack.enter_context(GuestPlace(folder, here))
            before = time.time()
            refresh(inside, name)
            done = inside.ask("hostname; date +%s; cat /etc/machine-id; od -An -tx8 -N16 /dev/urandom")
            hostname, now, identity, *chance = done.output.split()
            assert hostname == name
            assert before - 1 <= int(now) <= time.time() + 1
            said.append((identity, *chance))
    assert not set(said[0]) & set(said[1])


def test_it_is_ready_soon(prepared: Prepared, here: Hardware, tmp_path: Path) -> None:
    """Never fails by the clock, but by an order of magnitude: `tests.benchmarks.guests` has the numbers."""
    words = prepared.unpack(tmp_path / "web", "web")
    started = time.monotonic()
    with OwnGuest(tmp_path / "web", here, words), GuestPlace(tmp_path / "web", here) as inside:
        assert inside.ask("systemctl is-system-running").output == "running\n"
    assert time.monotonic() - started < 10


@pytest.mark.slow
def test_half_of_one_is_made_anew(image: Image, here: Hardware, accelerator: str, tmp_path: Path) -> None:
    """As a cache that was restored in part holds it. In a folder of its own, which holds no other."""
    for path in (image.base, image.kernel, image.initrd):
        (tmp_path / path.name).symlink_to(path)
    own = dataclasses.replace(image, folder=tmp_path)
    first = prepare(here, accelerator, own, memory=MEMORY)
    assert prepare(here, accelerator, own, memory=MEMORY) == first
    os.truncate(first.disk, first.disk.stat().st_size // 2)
    again = prepare(here, accelerator, own, memory=MEMORY)
    assert list(tmp_path.glob("prepared-*")) == [again.disk]
    words = again.unpack(tmp_path / "web", "web")
    with OwnGuest(tmp_path / "web", here, words), GuestPlace(tmp_path / "web", here) as inside:
        assert inside.ask("echo here").output == "here\n"
