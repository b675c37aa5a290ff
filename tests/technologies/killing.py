"""Processes that make peeks and trials and are killed at random moments: `python -m tests.technologies.killing`.

Meanwhile two others sweep all the time, and one that is not killed makes peeks of its own, which must not be disturbed.
Prints, as JSON, what happened. It forks: to start an interpreter for each that is killed would take minutes.
"""

from __future__ import annotations

import heapq
import itertools
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import docker  # noqa: F401  # once, for all that are forked

from coursekit.progress.ledger import Entry, Ledger
from coursekit.shell.place import Limits
from coursekit.technologies.engine.connection import Engines
from coursekit.technologies.engine.own import peek, sweep, trial
from coursekit.technologies.engine.problem import EngineProblem

AT_ONCE = 4
"""So many are at work at the same time."""
LONGEST = 0.7
"""Seconds after which, at the latest, one of them is killed."""


def works(path: Path, image: str, word: str, draw: random.Random) -> None:
    """Make one thing after the other, without end. Some volumes are not there, and are made on the way."""
    with Engines() as engines:
        engine = engines.reach({})
        while True:
            kind, volume = draw.randrange(4), f"{word}-{draw.randrange(1 << 30)}"
            if kind == 0:
                trial(engine, image, ["true"], Ledger(path), Limits())
            elif kind == 1:
                trial(engine, image, ["sleep", "5"], Ledger(path), Limits(seconds=0.1))
            else:
                with peek(engine, image, Ledger(path), volumes=[volume] if kind == 2 else ()) as inside:
                    inside.read("/etc/passwd")


def sweeps(path: Path, told: Path) -> None:
    """Sweep until asked to stop; tell how many things were removed."""
    removed = 0
    stopped = asked_to_stop()
    with Engines() as engines:
        while not stopped():
            removed += sweep(path, engines)
            time.sleep(0.02)
    told.write_text(json.dumps(removed))


def looks(path: Path, image: str, told: Path) -> None:
    """Make peeks until asked to stop; tell how many, and what disturbed them."""
    rounds, disturbed = 0, list[str]()
    stopped = asked_to_stop()
    with Engines() as engines:
        while not stopped():
            try:
                with peek(engines.reach({}), image, Ledger(path)) as inside:
                    assert inside.read("/etc/passwd").startswith(b"root:")
            except (EngineProblem, OSError, AssertionError) as error:
                disturbed.append(repr(error))
            rounds += 1
    told.write_text(json.dumps([rounds, disturbed]))


def asked_to_stop() -> Callable[[], bool]:
    """From now on a polite signal only asks; gives what tells whether one has come."""
    came: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    return lambda: bool(came)


def forked(work: Callable[..., None], *words: object) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work(*words)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return pid


def no_entry(self: Ledger, kind: str, endpoint: str, _: object = ()) -> Entry:
    """The defence switched off: what is about to be made is written down nowhere."""
    return Entry(os.urandom(16).hex(), kind, endpoint, "", 0.0)


def main(path: Path, image: str, word: str, kills: int, *, defended: bool) -> None:
    draw = random.Random(7)
    if not defended:
        Ledger.enter = no_entry  # type: ignore[method-assign]
    told = [path.with_name(f"told-{number}") for number in range(3)]
    others = [forked(sweeps, path, told[0]), forked(sweeps, path, told[1]), forked(looks, path, image, told[2])]
    began, early = time.monotonic(), 0
    seeds = itertools.count()

    def start() -> tuple[float, int]:
        pid = forked(works, path, image, word, random.Random(next(seeds)))
        return time.monotonic() + draw.uniform(0, LONGEST), pid

    at_work = [start() for _ in range(AT_ONCE)]
    heapq.heapify(at_work)
    for number in range(kills):
        moment, pid = heapq.heappop(at_work)
        time.sleep(max(0.0, moment - time.monotonic()))
        early += os.waitpid(pid, os.WNOHANG)[0]  # it should never end by itself
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if number < kills - AT_ONCE:
            heapq.heappush(at_work, start())
    for pid in others:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
    swept = [json.loads(file.read_text()) for file in told[:2]]
    rounds, disturbed = json.loads(told[2].read_text())
    report = {"kills": kills, "early": early, "swept meanwhile": swept, "looks": rounds, "disturbed": disturbed}
    print(json.dumps(report | {"seconds": time.monotonic() - began}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), defended=sys.argv[5] == "defended")
