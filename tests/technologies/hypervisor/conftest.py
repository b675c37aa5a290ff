"""Real guests for tests: one that has booted is loaded for each test in a moment, and is gone with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from coursekit.checks.context import CheckContext
from coursekit.checks.guest import GuestCheck
from coursekit.checks.judging import judge
from coursekit.model.check import Single
from coursekit.model.verdict import Finding
from coursekit.shell.local import LocalPlace
from coursekit.shell.program import find_program
from coursekit.technologies.hypervisor.accelerator import choose
from coursekit.technologies.hypervisor.cache import Image, find
from coursekit.technologies.hypervisor.command import start_words
from coursekit.technologies.hypervisor.disk_file import make_thin
from coursekit.technologies.hypervisor.files import DISK
from coursekit.technologies.hypervisor.hardware import Hardware, hardware
from coursekit.technologies.hypervisor.machine_file import write_machine
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.prepared import Prepared, prepare

MEMORY = 256


@pytest.fixture(scope="session")
def here() -> Hardware:
    """This machine's hardware, where there is a QEMU for it."""
    found = hardware()
    if find_program(found.emulator) is None or find_program("qemu-img") is None:
        pytest.skip(f"no {found.emulator} and qemu-img")
    return found


@pytest.fixture(scope="session")
def image(here: Hardware) -> Image:
    found = find(here)
    if found is None:
        pytest.skip("no guest image, see .ci/guest")
    return found


@pytest.fixture(scope="session")
def accelerator(here: Hardware, image: Image) -> str:
    return choose(here, image).accelerator


@pytest.fixture(scope="session")
def prepared(here: Hardware, image: Image, accelerator: str) -> Prepared:
    """One that has booted: saved in the cache, where the next run finds it."""
    return prepare(here, accelerator, image, cpus=1, memory=MEMORY)


@pytest.fixture
def guest(prepared: Prepared, here: Hardware, tmp_path: Path) -> Iterator[OwnGuest]:
    """A guest that runs in the folder ``web``."""
    words = prepared.unpack(tmp_path / "web", "web")
    with OwnGuest(tmp_path / "web", here, words) as running:
        yield running


@pytest.fixture
def inside(guest: OwnGuest, here: Hardware) -> Iterator[GuestPlace]:
    with GuestPlace(guest.folder, here) as place:
        yield place


def log_in(guest: OwnGuest) -> None:
    """Log in at its console as root."""
    guest.type("\nroot\n")
    guest.wait_for(b"Password:", 30)
    guest.type("root\n")
    guest.wait_for(b"root@", 30)


Making = Callable[..., list[str]]


@pytest.fixture
def new(here: Hardware, image: Image, accelerator: str, tmp_path: Path) -> Making:
    """Make a guest that has never booted, in a folder of that name; gives the words that start it."""

    def make(name: str, cpus: int = 1, memory: int = MEMORY, more: Sequence[str] = ()) -> list[str]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        write_machine(folder, name, here, accelerator, image.kernel, image.initrd)
        with LocalPlace(folder) as place:
            make_thin(place, image.base, DISK)
        return start_words(here, cpus=cpus, memory=memory, more=more)

    return make


Judging = Callable[[GuestCheck], Finding]


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judging]:
    with LocalPlace(tmp_path) as place:
        yield lambda check: judge(Single("any", check), CheckContext(place))[1][0]
