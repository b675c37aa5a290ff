"""Why a guest could not be looked at, which is nobody's failure; and what is found in a guest's place."""

from __future__ import annotations


class GuestProblem(Exception):
    """Nothing can be said about a guest. Its text says what is wrong and what to do."""


class NotRunning(Exception):
    """No guest runs in that folder."""


class NotQemu(Exception):
    """Something answers in a guest's place that is no QEMU. Its text says what it is."""


class NoAnswer(Exception):
    """The hypervisor says that the guest runs, but nothing inside answers. Its text says what was waited for."""


def no_emulator(name: str, install: str) -> GuestProblem:
    """There is no QEMU for this machine."""
    return GuestProblem(f"There is no {name} on this machine. Install it: {install}")


def no_image(architecture: str) -> GuestProblem:
    """The guest image has not been built or fetched."""
    return GuestProblem(f"There is no guest image for {architecture} here yet. Build it once: coursekit guest build")


def image_changed(file: str) -> GuestProblem:
    """A file of the guest image is not what was recorded."""
    return GuestProblem(
        f"{file} is not as it was when it was built, so guests made from it cannot be trusted. "
        "Build the image again: coursekit guest build"
    )


def busy(socket: str) -> GuestProblem:
    """QEMU speaks to one program at a time, and does not speak to us."""
    return GuestProblem(
        f"QEMU does not answer at {socket}: another program is connected there, or QEMU itself stands still. "
        "Close what else looks into the guest, and check again."
    )


def of_another_account(socket: str, pid: int) -> GuestProblem:
    """The process behind a socket cannot be looked at."""
    return GuestProblem(
        f"The process {pid} behind {socket} belongs to another account, so it cannot be told what it is. "
        "Start the guest as yourself, without sudo."
    )
