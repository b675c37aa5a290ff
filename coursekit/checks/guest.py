"""Kind ``guest``: a virtual machine is as it should be, by the hypervisor's word and by an answer from inside.

A guest that runs is asked inside as well, over its line for checks: it must answer a fresh word, and have the
processors and the memory that QEMU says it has. The disk of one that is off is looked at as a file; one in use is never
touched. Of disks alone QEMU is the one who knows: whether anything inside answers does not matter then.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from coursekit.checks.context import CheckContext
from coursekit.checks.engine_kind import Demand, in_bytes, size_in_words
from coursekit.checks.kind import Kind, could_not_look, found, not_there, shortened, words
from coursekit.model.verdict import CommandRecord, Finding
from coursekit.shell.place import Ending
from coursekit.shell.text import visible
from coursekit.technologies.hypervisor.cache import find
from coursekit.technologies.hypervisor.disk_file import InUse, look_at_disk, was_closed
from coursekit.technologies.hypervisor.facts import Disk, Facts, look
from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import hardware
from coursekit.technologies.hypervisor.place import GuestPlace
from coursekit.technologies.hypervisor.problem import GuestProblem, NoAnswer, NotQemu, NotRunning

_ASK = """\
echo {word}
for file in /proc/sys/kernel/hostname /proc/sys/kernel/osrelease /sys/devices/system/cpu/online
do read -r line <$file; echo "$line"; done; while read -r name value rest
do [ "$name" = MemTotal: ] && echo "$value"; done </proc/meminfo; :"""
"""Nothing but a shell's own commands: a guest that was damaged need have no other program."""
_LEAST_SEEN = 0.7
"""Of its memory a guest sees so much at the least: its kernel keeps some for itself."""
_PATIENCE = 4.0
"""Seconds that a guest gets to answer. One that is still booting answers later; the step may be tried again."""
_NOT_TO_BE_ASKED = (
    "It was started without `-readconfig machine.cfg`, or a second start in the same folder has cut the line that "
    "checks ask over. `ps -A -o pid,args | grep qemu` shows how it was started, and its number. Type `poweroff` in "
    "it, or end it with `kill` and the number. Then start it once, with `-readconfig machine.cfg`."
)
"""Of a QEMU that holds a guest's disk and does not answer. So short that all of it is shown."""


@dataclass(frozen=True)
class GuestCheck(Kind):
    """A guest by its folder in the workspace. What is left out may be anything."""

    shorthand: ClassVar[str] = "folder"

    folder: str
    state: Literal["running", "on", "off"] | None = None
    """``running`` answers from inside as well; ``on`` is QEMU's word alone, as for one that still boots."""
    cpus: int | None = None
    memory: str | None = None
    """Such as ``384 MB``."""
    disk: str | None = None
    """A file in the guest's folder that must be thin on the course's image."""
    snapshots: str | tuple[str, ...] = ()
    """Names of snapshots that ``disk`` holds; of ``disk.qcow2`` where that is left out."""
    hostname: str | None = None
    clean: bool = False
    """Whether one that is off must have switched itself off: whoever pulls the plug leaves its file system open."""

    def __post_init__(self) -> None:
        if self.memory is not None:
            in_bytes(self.memory)
        if self.state == "off" and (self.cpus or self.memory or self.hostname):
            raise ValueError("a guest that is off has neither `cpus` nor `memory` nor `hostname`")
        if self.clean and self.state != "off":
            raise ValueError("only of a guest that is off can be told whether it was `clean`: say `state: off` as well")

    @property
    def claim(self) -> str:
        """What must be true, in the student's words."""
        return f"the guest `{self.folder}` {self._words}"

    @property
    def _words(self) -> str:
        if self.state in ("on", "off"):
            return f"is {self.state}"
        return "runs" if self._runs else "is there"

    def denial(self) -> str:
        return f"the guest `{self.folder}` {'runs' if self.state == 'off' else 'does not run'}"

    @property
    def _runs(self) -> bool:
        """Whether it must run."""
        asked = (self.cpus, self.memory, self.hostname)
        return self.state in ("running", "on") or any(value is not None for value in asked)

    def judge(self, context: CheckContext) -> Finding:
        folder = Path(context.place.root, self.folder)
        asked: tuple[CommandRecord, ...] = ()
        try:
            if not folder.is_dir():
                missing = f"there is no folder `{self.folder}`"
                return not_there(self.claim, f"a guest in the folder `{self.folder}`", missing)
            try:
                facts: Facts | None = look(folder, hardware(), max(0.2, min(3.0, context.limits().seconds)))
                assert facts is not None
                asked = (CommandRecord(f"ask {self.folder}/{QMP_SOCKET}", 0, f"{facts} says: {facts.status}", 0.0),)
            except NotRunning:
                facts = None
            for demand in self._demands(folder, facts, context):
                if demand.observed:
                    return found(False, demand.claim, demand.expected, visible(demand.observed), asked)
        except NotQemu as impostor:
            return found(False, self.claim, "a guest of QEMU's", visible(str(impostor)), asked)
        except NotRunning as ended:
            return found(False, self.claim, "a guest that runs", f"it was switched off meanwhile: {ended}", asked)
        except GuestProblem as problem:
            return could_not_look(self.claim, str(problem), asked)
        return found(True, self.claim, "", "", asked)

    def _demands(self, folder: Path, facts: Facts | None, context: CheckContext) -> Iterator[Demand]:
        if facts is None and self._runs:
            yield Demand(self.claim, "a guest that runs", self._why_none_runs(context))
        if facts is not None and self.state == "off":
            yield Demand(self.claim, "a guest that is off", f"it runs: {facts}, {facts.status}")
        if facts is not None:
            yield from self._by_qemu(facts)
        if self.disk is not None or self.snapshots:
            yield from self._of_the_disk(folder, facts, context)
        elif self.state == "off" and self._hidden(context):
            yield Demand(self.claim, "a guest that is off", f"a QEMU has its disk. {_NOT_TO_BE_ASKED}")
        if self.clean:
            yield self._switched_itself_off(context)
        of_disks_alone = not self._runs and (self.disk is not None or self.snapshots)
        if facts is not None and self.state not in ("on", "off") and not of_disks_alone:
            yield from self._from_inside(folder, facts, context)

    def _by_qemu(self, facts: Facts) -> Iterator[Demand]:
        if self.state == "running" and not facts.running:
            yield Demand(self.claim, "running", f"QEMU says: {facts.status}")
        if self.cpus is not None:
            differs = "" if facts.cpus == self.cpus else f"it has {facts.cpus}"
            yield Demand(f"`{self.folder}` has {self.cpus} processors", str(self.cpus), differs)
        if self.memory is not None:
            differs = "" if facts.memory == in_bytes(self.memory) else f"it has {size_in_words(facts.memory)}"
            yield Demand(f"`{self.folder}` has {self.memory} of memory", self.memory, differs)

    def _why_none_runs(self, context: CheckContext) -> str:
        if self._hidden(context):
            return f"no guest answers in `{self.folder}`, though a QEMU has its disk. {_NOT_TO_BE_ASKED}"
        return f"no guest runs in `{self.folder}`"

    def _hidden(self, context: CheckContext) -> bool:
        """Whether a guest that does not answer holds the disk all the same."""
        try:
            look_at_disk(context.place, self._disk, context.limits())
        except InUse:
            return True
        except (OSError, ValueError):
            return False
        return False

    @property
    def _disk(self) -> str:
        return f"{self.folder}/{self.disk or 'disk.qcow2'}"

    def _of_the_disk(self, folder: Path, facts: Facts | None, context: CheckContext) -> Iterator[Demand]:
        path = os.path.realpath(os.path.join(context.place.root, self._disk))
        disk: Disk | None = None
        if facts is not None:
            disk = next((one for one in facts.disks if one.path == path), None)
            if disk is None:
                others = ", ".join(os.path.relpath(one.path, folder) for one in facts.disks) or "none"
                claim = f"`{self.folder}` was started from `{self._disk}`"
                yield Demand(claim, self._disk, f"the disks that it has: {others}")
                return
        else:
            claim = f"`{self._disk}` is a disk"
            try:
                disk = look_at_disk(context.place, self._disk, context.limits()).disk
            except FileNotFoundError:
                yield Demand(claim, "a disk", f"there is no file `{self._disk}`")
            except InUse:
                yield Demand(self.claim, "a disk that no guest has", f"a QEMU has it. {_NOT_TO_BE_ASKED}")
            except ValueError as error:
                yield Demand(claim, "a disk", str(error))
        if disk is not None:
            yield from self._of_what_it_holds(disk)

    def _switched_itself_off(self, context: CheckContext) -> Demand:
        claim = f"`{self.folder}` has switched itself off"
        try:
            closed = was_closed(context.place, self._disk, context.limits())
            observed = "" if closed else "its file system was left open, as when the plug is pulled"
        except InUse:
            observed = f"a QEMU has its disk. {_NOT_TO_BE_ASKED}"
        except ValueError as error:
            observed = str(error)
        return Demand(claim, "a file system that its guest has closed", observed)

    def _of_what_it_holds(self, disk: Disk) -> Iterator[Demand]:
        if self.disk is not None:
            if (image := find(hardware())) is None:
                raise GuestProblem("The course's guest image is not here. Build it once: coursekit guest build")
            claim = f"`{self._disk}` is thin: it holds only what differs from the course's image"
            base = os.path.realpath(image.base)
            says = f"it stands on {disk.backing}" if disk.backing else "it stands on nothing: it is whole"
            yield Demand(claim, base, "" if disk.backing == base and disk.format == "qcow2" else says)
        for name in words(self.snapshots):
            there = ", ".join(disk.snapshots) or "none"
            claim = f"`{self._disk}` holds the snapshot `{name}`"
            yield Demand(claim, name, "" if name in disk.snapshots else f"its snapshots: {there}")

    def _from_inside(self, folder: Path, facts: Facts, context: CheckContext) -> Iterator[Demand]:
        word, claim = secrets.token_hex(8), f"`{self.folder}` answers from inside"
        patience = max(0.2, min(_PATIENCE, context.deadline - time.monotonic() - 0.5))
        try:
            with GuestPlace(folder, hardware(), context.cancelled, answer_within=patience) as inside:
                answered = inside.ask(_ASK.format(word=word), context.limits(_PATIENCE))
                same = inside.facts.pid == facts.pid
        except NoAnswer as silent:
            yield Demand(claim, "an answer", f"{silent}. It may still be booting: wait for its `login:`")
            return
        if answered.ending in (Ending.TIMED_OUT, Ending.CANCELLED):
            raise GuestProblem(answered.explanation)
        lines = answered.output.split()
        if answered.ending is not Ending.EXITED or lines[:1] != [word] or len(lines) < 5 or not same:
            yield Demand(claim, "an answer", shortened(answered.explanation or answered.output or "no answer"))
            return
        _, hostname, release, online, memory = lines[:5]
        yield from self._agrees(facts, release, online, memory)
        if self.hostname is not None:
            differs = "" if hostname == self.hostname else f"it is called {hostname}"
            yield Demand(f"`{self.folder}` is called {self.hostname}", self.hostname, differs)

    def _agrees(self, facts: Facts, release: str, online: str, memory: str) -> Iterator[Demand]:
        """What is seen inside is what QEMU says."""
        if self.cpus is not None:
            seen = sum(int(last or first) - int(first) + 1 for first, last in re.findall(r"(\d+)(?:-(\d+))?", online))
            differs = "" if seen == facts.cpus else f"inside there are {seen}"
            yield Demand(f"`{self.folder}` sees its processors", str(facts.cpus), differs)
        if self.memory is not None and memory.isdigit():
            seen = int(memory) * 1024
            differs = "" if _LEAST_SEEN * facts.memory < seen <= facts.memory else f"inside it is {size_in_words(seen)}"
            yield Demand(f"`{self.folder}` sees its memory", size_in_words(facts.memory), differs)
        image = find(hardware())
        if image is not None and os.path.realpath(image.kernel) == facts.kernel and release != image.release:
            yield Demand(f"`{self.folder}` runs the course's kernel", image.release, f"inside runs {release}")
