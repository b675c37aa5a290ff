"""Kind ``container``: a container is as it should be, by the engine's record and by an answer from inside.

What runs is asked inside as well: a shell kept open there must answer a fresh word, from the container that the record
names, with the limits that the record names. What has ended is read in what it printed.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from coursekit.checks.context import CheckContext
from coursekit.checks.engine_kind import Demand, EngineKind, in_bytes, size_in_words
from coursekit.checks.kind import require_pattern, shortened, words
from coursekit.shell.place import Ending
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.place import ContainerPlace
from coursekit.technologies.engine.problem import EngineProblem

_ASK = """\
echo {word}; read -r line </proc/sys/kernel/hostname; echo "$line"; limit=unknown
for file in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max
do [ -r $file ] && read -r limit <$file; done; echo "$limit"
while read -r name value rest; do [ "$name" = Uid: ] && echo "$value"; done </proc/1/status"""
"""Nothing but a shell's own commands: an image need have no other program, and a container may be full."""
_PAGE = 4096
"""The kernel counts memory in pages."""
_STATES = {
    "running": "runs",
    "exited": "has ended",
    "created": "was made, but never started",
    "paused": "is paused",
    "restarting": "ends and is started again, over and over",
    "dead": "is half removed",
}


@dataclass(frozen=True)
class Mount:
    """Something of the host that the container sees."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    at: str
    """The path inside."""
    volume: str | None = None
    """The name of a volume."""
    folder: str | None = None
    """A folder of the workspace."""
    read_only: bool | None = None

    def __post_init__(self) -> None:
        if (self.volume is None) == (self.folder is None):
            raise ValueError("a mount needs either `volume` or `folder`")


@dataclass(frozen=True)
class ContainerCheck(EngineKind):
    """A container by its name. What is left out may be anything."""

    shorthand: ClassVar[str] = "name"

    state: Literal["running", "exited", "created", "paused"] | None = None
    image: str | None = None
    """The image it was made from, whatever it is called: the very same image, not one of the same name."""
    command: str | None = None
    """A regular expression that its command line must match."""
    user: str | None = None
    memory: str | None = None
    """The most it may hold, such as ``64 MB``."""
    cpus: float | None = None
    processes: int | None = None
    publishes: int | None = None
    """A port inside to which a port of the host leads."""
    network: str | None = None
    mounts: tuple[Mount, ...] = ()
    exit: int | None = None
    """The exit status with which it ended."""
    prints: str | tuple[str, ...] = ()
    """What stands in its log."""

    def __post_init__(self) -> None:
        require_pattern("command", self.command)
        if self.memory is not None:
            in_bytes(self.memory)

    @property
    def claim(self) -> str:
        state = f" {_STATES[self.state]}" if self.state else " is there"
        return f"the container `{self.name}`{state}" + (f", made from {self.image}" if self.image else "")

    def denial(self) -> str:
        return f"there is no container `{self.name}`" + (f" that {_STATES[self.state]}" if self.state else "")

    def look(self, engine: Engine, context: CheckContext) -> Sequence[Demand]:
        record = engine.container(self.name)
        if record is None:
            return [
                Demand(
                    self.claim, f"a container named `{self.name}`", f"there is no container `{self.name}`", missing=True
                )
            ]
        demands = [*self._of_the_record(engine, record, context), *self._of_the_log(engine, record)]
        if record["State"]["Status"] == "running" and not any(demand.observed for demand in demands):
            demands += self._from_inside(engine, record, context)
        return demands

    def _of_the_record(self, engine: Engine, record: Mapping[str, Any], context: CheckContext) -> Iterator[Demand]:
        state, host, config = record["State"], record["HostConfig"], record["Config"]
        if self.state is not None:
            yield Demand(self.claim, f"that it {_STATES[self.state]}", self._other_state(engine, record))
        if self.image is not None:
            yield self._of_its_image(engine, record)
        if self.command is not None:
            line = " ".join([record["Path"], *record["Args"]])
            differs = "" if re.search(self.command, line) else f"it runs `{line}`"
            yield Demand(f"`{self.name}` runs the right command", "another command", differs)
        if self.user is not None:
            differs = "" if config["User"] == self.user else f"it runs as {config['User'] or 'root'}"
            yield Demand(f"`{self.name}` runs as {self.user}", self.user, differs)
        if self.memory is not None:
            limit = int(host.get("Memory") or 0)
            says = f"its limit is {size_in_words(limit)}" if limit else "it has no limit"
            differs = "" if limit == in_bytes(self.memory) else says
            yield Demand(f"`{self.name}` may hold {self.memory} of memory", self.memory, differs)
        if self.cpus is not None:
            cpus = _cpus(host)
            differs = "" if cpus == self.cpus else f"its limit is {cpus:g}" if cpus else "it has no limit"
            yield Demand(f"`{self.name}` may use {self.cpus:g} CPUs", f"{self.cpus:g}", differs)
        if self.processes is not None:
            limit = int(host.get("PidsLimit") or 0)
            differs = "" if limit == self.processes else f"its limit is {limit}" if limit > 0 else "it has no limit"
            yield Demand(f"`{self.name}` may have {self.processes} processes", str(self.processes), differs)
        if self.network is not None:
            joined = sorted(record["NetworkSettings"]["Networks"])
            differs = "" if self.network in joined else f"its networks are: {', '.join(joined) or 'none'}"
            yield Demand(f"`{self.name}` is on the network {self.network}", self.network, differs)
        if self.publishes is not None:
            ports = record["NetworkSettings"].get("Ports") or {}
            differs = "" if ports.get(f"{self.publishes}/tcp") else _published(ports)
            expected = f"a port of this machine that leads to its port {self.publishes}"
            yield Demand(f"`{self.name}` can be reached from outside", expected, differs)
        for mount in self.mounts:
            yield self._of_a_mount(mount, record, context)
        if self.exit is not None:
            ended = state["Status"] == "exited"
            differs = "" if ended and state["ExitCode"] == self.exit else self._other_state(engine, record, always=True)
            yield Demand(f"`{self.name}` ended with exit status {self.exit}", f"exit status {self.exit}", differs)

    def _other_state(self, engine: Engine, record: Mapping[str, Any], *, always: bool = False) -> str:
        """What is to be said of a state that is not the one wanted; one that has ended shows the end of its log."""
        status = str(record["State"]["Status"])
        if status == self.state and not always:
            return ""
        said = f"it {_STATES.get(status, status)}"
        if status == "exited":
            said += f", with exit status {record['State']['ExitCode']}"
            last = engine.logs(record["Id"]).strip()
            said += f". The last it printed:\n{shortened(last)}" if last else ". It printed nothing."
        return said

    def _of_its_image(self, engine: Engine, record: Mapping[str, Any]) -> Demand:
        assert self.image is not None
        claim = f"`{self.name}` was made from {self.image}"
        image = engine.image(self.image)
        if image is None:
            return Demand(claim, self.image, f"there is no image {self.image} here")
        differs = "" if image["Id"] == record["Image"] else f"it was made from {record['Config']['Image']}"
        if differs == f"it was made from {self.image}":
            differs += ", before that name was given to the image that bears it now"
        return Demand(claim, self.image, differs)

    def _of_a_mount(self, mount: Mount, record: Mapping[str, Any], context: CheckContext) -> Demand:
        what = f"the volume {mount.volume}" if mount.volume else f"your folder {mount.folder}"
        claim, expected = f"`{self.name}` sees {what} as {mount.at}", f"{what} at {mount.at}"
        here = [seen for seen in record["Mounts"] if seen["Destination"].rstrip("/") == mount.at.rstrip("/")]
        if not here:
            others = ", ".join(seen["Destination"] for seen in record["Mounts"]) or "nothing at all"
            return Demand(claim, expected, f"there is nothing mounted at {mount.at}; mounted is {others}")
        [seen] = here
        source = str(seen.get("Name") or seen.get("Source") or "memory")
        if not (_is_folder(source, mount.folder, context) if mount.folder is not None else source == mount.volume):
            return Demand(claim, expected, f"the {seen['Type']} {source} is mounted there")
        if mount.read_only is not None and seen["RW"] == mount.read_only:
            return Demand(claim, expected, "it can be written to" if seen["RW"] else "it can only be read")
        return Demand(claim)

    def _of_the_log(self, engine: Engine, record: Mapping[str, Any]) -> Iterator[Demand]:
        if self.prints:
            log = engine.logs(record["Id"])
            for text in words(self.prints):
                claim = f"`{self.name}` has printed `{text}`"
                yield Demand(claim, text, "" if text in log else shortened(log) or "it has printed nothing")

    def _from_inside(self, engine: Engine, record: Mapping[str, Any], context: CheckContext) -> Iterator[Demand]:
        word = secrets.token_hex(8)
        with ContainerPlace(engine, record["Id"], context.cancelled, f"the container `{self.name}`") as place:
            answered = place.ask(_ASK.format(word=word), context.limits())
            if answered.ending is Ending.LOST and place.stat("/bin/sh") is None:
                return  # an image without a shell: the record is all that there is
        claim = f"`{self.name}` answers from inside"
        if answered.ending in (Ending.CANCELLED, Ending.TIMED_OUT):
            raise EngineProblem(f"{answered.explanation} That is too slow to tell what is so.")
        lines = answered.output.split()
        if answered.ending is not Ending.EXITED or lines[:1] != [word] or len(lines) < 4:
            yield Demand(claim, "an answer", shortened(answered.explanation or answered.output or "no answer"))
            return
        _, hostname, memory, user = lines[:4]
        shares = record["HostConfig"].get("UTSMode") == "host" or record["HostConfig"]["NetworkMode"] == "host"
        if not shares and hostname != record["Config"]["Hostname"]:
            yield Demand(claim, record["Config"]["Hostname"], f"the one that answers is called {hostname}")
        if self.memory is not None and memory.isdigit() and int(memory) // _PAGE != in_bytes(self.memory) // _PAGE:
            yield Demand(f"`{self.name}` feels its limit", self.memory, f"inside it is {size_in_words(int(memory))}")
        own = not record["HostConfig"].get("PidMode")  # else its process 1 is another's
        if own and self.user not in (None, "root", "0") and user == "0":
            yield Demand(f"`{self.name}` runs as {self.user}", str(self.user), "inside, its first process is root's")


def _is_folder(source: str, folder: str, context: CheckContext) -> bool:
    """Whether a path that the engine knows is that folder of the workspace; Docker Desktop puts a word before it."""
    wanted = os.path.realpath(os.path.join(context.place.root, folder))
    return os.path.realpath(source) == wanted or source.removeprefix("/host_mnt") == wanted


def _cpus(host: Mapping[str, Any]) -> float:
    if nano := int(host.get("NanoCpus") or 0):
        return nano / 1e9
    quota, period = int(host.get("CpuQuota") or 0), int(host.get("CpuPeriod") or 0) or 100_000
    return max(0, quota) / period


def _published(ports: Mapping[str, Any]) -> str:
    leading = [inside for inside, outside in ports.items() if outside]
    if leading:
        return f"a port of this machine leads to {', '.join(leading)}, and no other"
    return "no port of this machine leads into it"
