"""``coursekit guest``: the image from which virtual machines of the labs begin."""

from __future__ import annotations

import time

import click

from coursekit.cli.output import say
from coursekit.errors import CourseError, ExitCode


@click.group("guest")
def command() -> None:
    """Make the image from which the labs' virtual machines begin."""


@command.command("build")
def build() -> None:
    """Build the guest image of this machine's architecture out of Debian's packages, or what of it is missing.

    It takes a few minutes and 1.5 GB of room meanwhile, needs no administrator, and goes on where it was broken off.
    """
    from coursekit.technologies.hypervisor.accelerator import choose
    from coursekit.technologies.hypervisor.build import build as build_image
    from coursekit.technologies.hypervisor.cache import verify
    from coursekit.technologies.hypervisor.hardware import hardware
    from coursekit.technologies.hypervisor.problem import GuestProblem

    began = time.monotonic()
    here = hardware()
    try:
        image = build_image(here, lambda line: say(f"{time.monotonic() - began:6.1f} s  {line}"))
        verify(image)
        choice = choose(here, image)
    except (GuestProblem, OSError) as problem:
        raise CourseError(str(problem), "Mend that, then: coursekit guest build", ExitCode.COULD_NOT_CHECK) from problem
    for _, reason in choice.passed_over:
        say(reason)
    say(f"{image.folder}: {image.system}, Linux {image.release}; it runs here with {choice.accelerator}.")
