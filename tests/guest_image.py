"""``python3 -m tests.guest_image``: build the guest image that tests need if it is missing, and save a booted one.

Says how long each part took; the last line is the folder, COURSEKIT_GUEST_IMAGES.
"""

import os
import sys
import time


def main():
    # type: () -> int
    from coursekit.bootstrap import ensure

    ensure("dev", "tests.guest_image")

    from coursekit.technologies.hypervisor.accelerator import choose
    from coursekit.technologies.hypervisor.build import build
    from coursekit.technologies.hypervisor.cache import verify
    from coursekit.technologies.hypervisor.hardware import hardware
    from coursekit.technologies.hypervisor.prepared import prepare

    started = time.monotonic()

    def say(line: str) -> None:
        if not line.startswith("I: "):
            sys.stdout.write(f"{time.monotonic() - started:6.1f} s  {line}\n")
            sys.stdout.flush()

    here = hardware()
    image = build(here, say, keep_stages=True, newest=True)
    verify(image)
    choice = choose(here, image)
    for _, reason in choice.passed_over:
        say(reason)
    prepare(here, choice.accelerator, image, cpus=1, memory=256)
    say(f"{image.system}, Linux {image.release}, {choice.accelerator}: verified, and one booted and saved")
    sys.stdout.write(os.environ["COURSEKIT_GUEST_IMAGES"] + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
