"""machine.cfg: the hardware of a guest in a file that QEMU reads, so that the line a student types stays short.

It is what ``-readconfig`` takes: groups of settings, each named as the option that it stands for.
https://www.qemu.org/docs/master/system/qemu-manpage.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from coursekit.technologies.hypervisor.files import LINE_SOCKET, MACHINE, QMP_SOCKET, socket_path
from coursekit.technologies.hypervisor.hardware import Hardware

LINE_NAME = "org.coursekit.checks"
"""How the line of the checks is called inside."""
_QUIET = "quiet cryptomgr.notests mitigations=off apparmor=0 selinux=0 audit=0 rootfstype=ext4 noresume"
"""What every guest's kernel is told, to begin soon."""


def kernel_line(hardware: Hardware, *words: str) -> str:
    """The words for the kernel."""
    return " ".join(filter(None, (f"root=/dev/vda console={hardware.console}", _QUIET, hardware.kernel_line, *words)))


def write_machine(folder: Path, name: str, hardware: Hardware, accelerator: str, kernel: Path, initrd: Path) -> Path:
    """Write the machine of a guest into its folder. Raises OSError."""
    path = folder / MACHINE
    path.write_text(machine_text(folder, name, hardware, accelerator, kernel, initrd), encoding="utf-8")
    return path


def machine_text(folder: Path, name: str, hardware: Hardware, accelerator: str, kernel: Path, initrd: Path) -> str:
    """The text of machine.cfg for a guest of this name, in this folder."""
    words = kernel_line(hardware, f"coursekit.guest={name}", f"systemd.hostname={name}")
    boot = {"kernel": str(kernel), "initrd": str(initrd), "append": words}
    groups: list[tuple[str, str, Mapping[str, str]]] = [
        ("the board, and what it starts", "machine", {**hardware.machine, "accel": accelerator, **boot}),
        ("how QEMU calls this guest", "name", {"guest": name}),
        *_settings(hardware),
        *_socket("where QEMU answers questions about this guest", "qmp", folder, QMP_SOCKET),
        ("", 'mon "qmp"', {"chardev": "qmp", "mode": "control"}),
        *_socket("a line into the guest, for checks", "checks", folder, LINE_SOCKET),
        ("", 'device "serial"', {"driver": "virtio-serial-pci"}),
        ("", 'device "line"', {"driver": "virtserialport", "chardev": "checks", "name": LINE_NAME}),
    ]
    return f"# The hardware of the guest {name}, for: {hardware.emulator} -readconfig {MACHINE} …\n" + "".join(
        _group(*group) for group in groups
    )


def _settings(hardware: Hardware) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for driver, name, value in hardware.global_settings:
        yield f"a setting of every {driver}", "global", {"driver": driver, "property": name, "value": value}


def _socket(why: str, name: str, folder: Path, file: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    where = {"backend": "socket", "path": socket_path(folder, file), "server": "on", "wait": "off"}
    yield why, f'chardev "{name}"', where


def _group(why: str, title: str, settings: Mapping[str, str]) -> str:
    for value in settings.values():
        if '"' in value or "\n" in value:
            raise ValueError(f"QEMU cannot read a setting that holds a quote: {value}")
    lines = "".join(f'  {name} = "{value}"\n' for name, value in settings.items())
    return (f"\n# {why}\n" if why else "\n") + f"[{title}]\n{lines}"
