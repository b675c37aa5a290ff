"""Whether a guest's console is in front: nothing is typed for a student unless that is proven."""

from __future__ import annotations

import os
import subprocess
from importlib.resources import files
from pathlib import Path

from coursekit.technologies.hypervisor.console import why_not_in_front
from coursekit.technologies.hypervisor.hardware import Hardware
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from tests.technologies.hypervisor.conftest import log_in


def _qemu(guest: OwnGuest) -> int:
    with GuestPlace(guest.folder, guest.hardware) as inside:
        return inside.facts.pid


def test_only_once_somebody_is_logged_in(guest: OwnGuest) -> None:
    process = _qemu(guest)
    assert why_not_in_front(guest.folder, process, guest.hardware) == "nobody is logged in there yet"
    log_in(guest)
    assert why_not_in_front(guest.folder, process, guest.hardware) == ""


def test_another_program_is_in_front(guest: OwnGuest) -> None:
    why = why_not_in_front(guest.folder, os.getpid(), guest.hardware)
    assert why == "its console is not in front"


def test_no_guest_runs(here: Hardware, tmp_path: Path) -> None:
    assert why_not_in_front(tmp_path / "web", os.getpid(), here) == "it does not run"


def test_wreck_does_nothing_on_another_machine(tmp_path: Path) -> None:
    """A copy that removes nothing tells whether it would. With its first guard off, it does."""
    wreck = files("coursekit.technologies.hypervisor").joinpath("image/files/usr/local/sbin/wreck")
    tame = wreck.read_text(encoding="utf-8").replace("/bin/busybox rm -rf", "echo would remove")
    assert "rm -rf" not in tame
    refused = _run(tmp_path / "wreck", tame)
    assert refused.returncode == 1
    assert "nothing was done" in refused.stderr
    assert "would remove" not in refused.stdout
    unguarded = "".join(line for line in tame.splitlines(keepends=True) if "nothing was done" not in line)
    assert "would remove" in _run(tmp_path / "unguarded", unguarded).stdout


def _run(path: Path, text: str) -> subprocess.CompletedProcess[str]:
    path.write_text(text, encoding="utf-8")
    return subprocess.run(["/bin/sh", str(path)], check=False, capture_output=True, text=True)
