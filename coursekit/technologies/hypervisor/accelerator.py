"""Which accelerator runs a guest here: found out by trying, since one can be there and never run an instruction."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from coursekit.shell.channel import LocalChannel
from coursekit.shell.program import find_program, trusted_path
from coursekit.technologies.hypervisor.cache import Image, cache_folder
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.machine_file import kernel_line
from coursekit.technologies.hypervisor.problem import no_emulator
from coursekit.technologies.install import install_command

EMULATION = "tcg"
_SECONDS = 5.0
"""How long a guest that does nothing may take to say that it runs. Accelerated it takes less than one."""
_PROBE = "coursekit.probe"
_PROBE_WORD = b"coursekit: this accelerator works"
"""What the image's own first program says when its kernel was started with `_PROBE`."""


@dataclass(frozen=True)
class Choice:
    """The accelerator to be used, and those that were passed over."""

    accelerator: str
    """``kvm``, ``hvf``, or ``tcg``: QEMU's emulation, which works everywhere and is slow."""
    passed_over: tuple[tuple[str, str], ...] = ()
    """Accelerator and reason, in words."""

    @property
    def emulated(self) -> bool:
        return self.accelerator == EMULATION


WORDS = {"kvm": "KVM", "hvf": "Apple's hypervisor (HVF)", EMULATION: "emulation"}


def remembered(hardware: Hardware, image: Image | None, folder: Path | None = None) -> Choice | None:
    """The choice that `choose` has made since this machine was started; None when it has made none. Tries nothing."""
    emulator = find_program(hardware.emulator)
    if emulator is None:
        return None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(_kept(hardware, folder).read_text(encoding="utf-8"))
        if known["key"] == _key(emulator, image):
            return Choice(str(known["accelerator"]), tuple((str(a), str(b)) for a, b in known["passed_over"]))
    return None


def choose(hardware: Hardware, image: Image | None, folder: Path | None = None, seconds: float = _SECONDS) -> Choice:
    """Try the accelerators of this system, the fastest first; remembered until it is started again.

    Raises GuestProblem when there is no QEMU.
    """
    emulator = find_program(hardware.emulator)
    if emulator is None:
        raise no_emulator(hardware.emulator, install_command(hardware.emulator))
    if known := remembered(hardware, image, folder):
        return known
    choice = _tried(hardware, emulator, image, seconds)
    kept = _kept(hardware, folder)
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({"key": _key(emulator, image), **asdict(choice)}), encoding="utf-8")
    return choice


def _kept(hardware: Hardware, folder: Path | None) -> Path:
    return (folder or cache_folder(hardware)) / "accelerator.json"


def _tried(hardware: Hardware, emulator: Path, image: Image | None, seconds: float) -> Choice:
    passed_over = list[tuple[str, str]]()
    for accelerator in ["kvm"] if sys.platform == "linux" else ["hvf"] if sys.platform == "darwin" else []:
        why_not = _unusable(accelerator) or _boots(_line(hardware, emulator, accelerator, image), seconds)
        if not why_not:
            return Choice(accelerator, tuple(passed_over))
        passed_over.append((accelerator, f"{WORDS[accelerator]} cannot be used: {why_not}"))
    return Choice(EMULATION, tuple(passed_over))


def _unusable(accelerator: str) -> str:
    """What can be told without trying."""
    device = "/dev/kvm"
    if accelerator != "kvm":
        return ""
    if not os.path.exists(device):
        return f"there is no {device}. Switch virtualisation on in the machine's firmware settings, where it has them"
    if not os.access(device, os.R_OK | os.W_OK):
        return f"{device} is not open to your account. Mend it: sudo usermod -aG kvm $USER, then log in again"
    return ""


def _line(hardware: Hardware, emulator: Path, accelerator: str, image: Image | None) -> tuple[list[str], bytes] | None:
    """A command that starts the smallest guest there is, and what is printed once it runs; None when there is none."""
    kind = f"{hardware.machine['type']},accel={accelerator}"
    begin = [str(emulator), "-cpu", "max", "-m", "256", "-nic", "none", "-no-reboot", "-display", "none"]
    if image is not None:
        machine = ",".join([kind, *(f"{name}={value}" for name, value in hardware.machine.items() if name != "type")])
        kernel = ["-kernel", str(image.kernel), "-initrd", str(image.initrd)]
        words = kernel_line(hardware, _PROBE)
        return [*begin, "-M", machine, *kernel, "-append", words, "-serial", "stdio", "-monitor", "none"], _PROBE_WORD
    if hardware.machine["type"] == "virt":
        return None  # no firmware comes with QEMU for this board
    firmware = ["-chardev", "stdio,id=said", "-device", "isa-debugcon,iobase=0x402,chardev=said"]
    return [*begin, "-M", kind, *firmware, "-serial", "none", "-monitor", "none"], b"SeaBIOS (version"


def _boots(how: tuple[Sequence[str], bytes] | None, seconds: float) -> str:
    """Why a guest does not run within so long; empty when it does, and where nothing can be tried."""
    if how is None:
        return ""
    argv, word = how
    deadline = time.monotonic() + seconds
    channel = LocalChannel(argv, cwd="/", environment={"PATH": trusted_path()})
    said = b""
    try:
        while (left := deadline - time.monotonic()) > 0:
            data = channel.receive(left)
            if data is None:
                lines = said.decode("utf-8", "replace").strip().splitlines()
                return f"QEMU ended at once{f', saying: {lines[-1]}' if lines else ''}"
            said += data
            if word in said:
                return ""
    finally:
        channel.close()
    return f"a guest was still without a sign of life after {seconds:g} s"


def _key(emulator: Path, image: Image | None) -> str:
    """What the outcome depends on: this run of the machine, this QEMU, this image."""
    facts = emulator.resolve().stat()
    return f"{_boot()} {emulator} {facts.st_size} {facts.st_mtime_ns} {image.identity if image else ''}"


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return str(int((time.time() - time.monotonic()) // 60))  # the minute in which the machine's clock began
