"""Guests of coursekit's own whose owner was killed: found by the ledger at the next start, and ended."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from coursekit.progress.ledger import Entry, Ledger
from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.hardware import Hardware, hardware
from coursekit.technologies.hypervisor.own import KIND
from coursekit.technologies.hypervisor.prepared import WORK
from coursekit.technologies.hypervisor.problem import GuestProblem, NotQemu, NotRunning
from coursekit.technologies.hypervisor.qmp import Qmp

_PATIENCE = 3.0
"""Seconds that a guest gets to answer, and then to end: whoever waits has asked for something else."""


def sweep(path: Path) -> int:
    """End what owners that were killed have left running; gives how many guests those were.

    A guest that does not answer keeps its entry, for the next start.
    """
    ended = 0
    ledger, here = Ledger(path), hardware()
    with contextlib.suppress(OSError):  # a ledger that cannot be read now is read at the next start
        for entry in ledger.abandoned():
            if entry.kind != KIND:
                continue
            try:
                ended += _end(entry, here)
            except GuestProblem:
                continue
            folder = Path(entry.endpoint)
            if folder.name.startswith(WORK):
                shutil.rmtree(folder, ignore_errors=True)
            ledger.strike(entry)
    return ended


def _end(entry: Entry, here: Hardware) -> bool:
    """End the guest in an entry's folder if it bears the entry's number; gives whether it did. Raises GuestProblem."""
    socket = Path(entry.endpoint) / QMP_SOCKET
    ours = False
    with contextlib.suppress(NotRunning, NotQemu), Qmp(socket, here.emulator, _PATIENCE) as qmp:
        ours = str(qmp.ask("query-uuid")["UUID"]).replace("-", "") == entry.number
        if ours:
            qmp.ask("quit")
            qmp.ends_within(_PATIENCE)
    return ours
