"""How long guests take: `python -m tests.benchmarks.guests`, with QEMU and the guest image (`.ci/guest`).

Cold and restored, QEMU alone beside ours, with the same image and the same words; a check of a guest that runs; one
command in it. QEMU alone is started by hand and read by hand, and is ready when it prints what ours waits for. The two
take turns, so that what else the machine does weighs on both. Prints; never fails by the clock.

A guest that was loaded is asked the same on both sides: a shell on its line says a word. Its console answers sooner,
since less of the guest has to be translated anew for that.
"""

from __future__ import annotations

import os
import select
import shlex
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from coursekit.checks.context import CheckContext
from coursekit.checks.guest import GuestCheck
from coursekit.shell.local import LocalPlace
from coursekit.technologies.hypervisor.accelerator import choose
from coursekit.technologies.hypervisor.cache import Image, require
from coursekit.technologies.hypervisor.command import start_words
from coursekit.technologies.hypervisor.disk_file import make_thin
from coursekit.technologies.hypervisor.files import DISK, LINE_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware, hardware
from coursekit.technologies.hypervisor.machine_file import write_machine
from coursekit.technologies.hypervisor.own import OwnGuest
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.prepared import Prepared, prepare

MEMORY = 256
LOGIN = b"login:"
BOOT = 180.0
Time = dict[str, float]


def alone(folder: Path, words: Sequence[str], knock: bytes = b"") -> Time:
    """QEMU by itself, until its console asks who is there; ``knock`` is typed at it time and again."""
    started = time.perf_counter()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(words, cwd=folder, bufsize=0, **pipes) as qemu:  # type: ignore[call-overload]
        said = b""
        while LOGIN not in said and time.perf_counter() - started < BOOT:
            if knock:
                os.write(qemu.stdin.fileno(), knock)
            if select.select([qemu.stdout], [], [], 0.005 if knock else 1.0)[0]:
                said += os.read(qemu.stdout.fileno(), 65_536)
        took = time.perf_counter() - started
        processor = sum(map(int, Path(f"/proc/{qemu.pid}/stat").read_text().rpartition(")")[2].split()[11:13])) / 100
        qemu.kill()
    return {"until `login:`": took, "of it processor": processor}


def alone_on_the_line(folder: Path, words: Sequence[str]) -> Time:
    """QEMU by itself, until a shell on the guest's line has said a word: what is sent and read are plain bytes."""
    (folder / LINE_SOCKET).unlink(missing_ok=True)
    started = time.perf_counter()
    with subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as qemu:
        line = socket.socket(socket.AF_UNIX)
        while line.connect_ex(str(folder / LINE_SOCKET)):
            time.sleep(0.002)
        line.sendall(b"\x1enew word\necho ready\n")
        said = b""
        while b"ready\n" not in said:
            said += line.recv(1000)
        took = time.perf_counter() - started
        line.close()
        qemu.kill()
    return {"until an answer": took}


def ours(folder: Path, here: Hardware, words: Sequence[str], *, login: bool) -> Time:
    """The same through coursekit, until a shell inside has answered."""
    started = time.perf_counter()
    times = {}
    with OwnGuest(folder, here, words) as guest:
        if login:
            guest.wait_for(LOGIN, BOOT)
            times["until `login:`"] = time.perf_counter() - started
        with GuestPlace(folder, here, answer_within=BOOT) as inside:
            assert inside.ask("echo ready").output == "ready\n"
            times["until an answer"] = time.perf_counter() - started
    return times


def cold(here: Hardware, image: Image, accelerator: str, folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / DISK).unlink(missing_ok=True)
    write_machine(folder, "web", here, accelerator, image.kernel, image.initrd)
    with LocalPlace(folder) as place:
        make_thin(place, image.base, DISK)
    return start_words(here, cpus=1, memory=MEMORY)


def take_turns(runs: int, **measures: Callable[[], Time]) -> dict[str, Time]:
    times: dict[str, list[Time]] = {name: [] for name in measures}
    for _ in range(runs):
        for name, measure in measures.items():
            times[name].append(measure())
    return {name: {key: statistics.median(one[key] for one in many) for key in many[0]} for name, many in times.items()}


def show(title: str, times: dict[str, Time], floor: str, reached: str, budget: float) -> None:
    print(f"\n{title}")
    for name, parts in times.items():
        print(f"  {name:16}" + ", ".join(f"{key} {value * 1000:,.0f} ms" for key, value in parts.items()))
    ratio = times["ours"][reached] / times["QEMU alone"][floor]
    print(f"  ours / QEMU alone: {ratio:.2f} (budget {budget})")


def main() -> None:
    runs = int(sys.argv[1]) if sys.argv[1:] else 3
    here = hardware()
    image = require(here)
    accelerator = choose(here, image).accelerator
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "web")
        words = cold(here, image, accelerator, folder)
        print(f"{shlex.join(words)}\n{image.system}, Linux {image.release}, {accelerator}, medians of {runs}")
        measured = take_turns(
            runs,
            **{
                "QEMU alone": lambda: alone(folder, cold(here, image, accelerator, folder)),
                "ours": lambda: ours(folder, here, cold(here, image, accelerator, folder), login=True),
            },
        )
        show("cold", measured, "until `login:`", "until an answer", 1.2)
        prepared = prepare(here, accelerator, image, cpus=1, memory=MEMORY)
        restored(prepared, here, Path(temporary, "loaded"), runs * 3)
        running(prepared, here, Path(temporary))


def restored(prepared: Prepared, here: Hardware, folder: Path, runs: int) -> None:
    started = time.perf_counter()
    words = prepared.unpack(folder, "web")
    copied = time.perf_counter() - started
    measured = take_turns(
        runs,
        **{
            "QEMU, console": lambda: alone(folder, words, b"\n"),
            "QEMU alone": lambda: alone_on_the_line(folder, words),
            "ours": lambda: ours(folder, here, words, login=False),
        },
    )
    show("restored", measured, "until an answer", "until an answer", 2.0)
    print(
        f"  the disk of {prepared.disk.stat().st_size / 1e6:.0f} MB is copied once before that: {copied * 1000:.0f} ms"
    )


def running(prepared: Prepared, here: Hardware, folder: Path) -> None:
    words = prepared.unpack(folder / "web", "web")
    with OwnGuest(folder / "web", here, words), LocalPlace(folder) as place:
        check = GuestCheck("web", "running", cpus=1, memory=f"{MEMORY} MB", disk=DISK, hostname="guest")

        def judge() -> Time:
            started = time.perf_counter()
            finding = check.judge(CheckContext(place))
            assert finding.outcome == "passed", finding
            return {"a check": time.perf_counter() - started}

        judged = take_turns(15, ours=judge)["ours"]["a check"]
        with GuestPlace(folder / "web", here) as inside:
            inside.ask(":")
            started = time.perf_counter()
            for _ in range(200):
                inside.ask(":")
            command = (time.perf_counter() - started) / 200
    print(f"\nrunning\n  a check of everything: {judged * 1000:.0f} ms (budget 300 ms)")
    print(f"  one command: {command * 1000:.2f} ms")


if __name__ == "__main__":
    main()
