"""Virtual machines: QEMU's emulator of this machine's own architecture, its tool for disks, and the course's image."""

from __future__ import annotations

from coursekit.model.emulator import emulator
from coursekit.shell.place import Place
from coursekit.shell.program import find_program
from coursekit.technologies.asking import ask_version
from coursekit.technologies.contract import Finder, Tool
from coursekit.technologies.hypervisor import accelerator, cache
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.install import install_command
from coursekit.technologies.system import System, this_system

IMAGE = "guest image"


def finders() -> list[Finder]:
    """One function for each tool, given a place and the student's PATH."""
    return [_emulator, _disks, _image, _accelerator]


def _emulator(place: Place, path: str) -> Tool:
    return _found(place, path, emulator(this_system().machine))


def _disks(place: Place, path: str) -> Tool:
    return _found(place, path, "qemu-img")


def _image(place: Place, path: str) -> Tool:
    """The system from which guests of the course begin."""
    image = cache.find(hardware())
    if image is None:
        return Tool("guest", IMAGE, "", "", True, "not here yet", _how_to_get_it(this_system()))
    return Tool("guest", IMAGE, str(image.folder), image.system, True)


def _how_to_get_it(system: System) -> str:
    """It is built of Debian's packages, by programs of Linux; elsewhere it comes in a class bundle."""
    return "coursekit fetch --from FOLDER, with your class's bundle" if system.macos else "coursekit guest build"


def _accelerator(place: Place, path: str) -> Tool:
    """What helps QEMU along, if it has been tried: that takes seconds, and is done when a guest is first needed."""
    choice = accelerator.remembered(hardware(), cache.find(hardware()))
    if choice is None:
        return Tool("guest", "accelerator", "", "not tried yet", False)
    note = " ".join(f"{why.rstrip('.')}." for _, why in choice.passed_over)
    return Tool("guest", "accelerator", "", accelerator.WORDS[choice.accelerator], False, note=note)


def _found(place: Place, path: str, name: str) -> Tool:
    found = find_program(name, path)
    if found is None:
        return Tool("guest", name, "", "", True, "not found", install_command(name))
    version = ask_version(place, found, path)
    if not version:
        return Tool("guest", name, str(found), "", True, "does not answer", install_command(name))
    return Tool("guest", name, str(found), version, True)
