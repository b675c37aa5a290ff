"""The ledger: kept by many processes at once, and never wrong about who still lives."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.progress import ledger as ledger_module
from coursekit.progress.ledger import Ledger

MANY = """
import sys
from pathlib import Path
from coursekit.progress.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
kept = [ledger.enter("container", "unix:///x") for _ in range(30)]
for entry in kept[:20]:
    ledger.strike(entry)
ledger.abandon(kept[20])
print("ready", flush=True)
sys.stdin.read()
"""


def writer(path: Path) -> subprocess.Popen[bytes]:
    """A process that enters thirty things, strikes out twenty, abandons one, and waits."""
    command = [sys.executable, "-c", MANY, str(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill it, and leave it to be reaped."""
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()


def test_an_entry_comes_and_goes(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "new" / "folder" / "ledger.sqlite3")
    assert ledger.entries() == []
    assert not ledger.path.parent.exists(), "looking makes nothing"
    one, two = ledger.enter("container", "unix:///a"), ledger.enter("volume", "unix:///b")
    assert ledger.entries() == [one, two]
    assert (len(one.number), one.number != two.number) == (32, True)
    assert ledger.abandoned() == []
    ledger.strike(one)
    ledger.strike(one)
    assert ledger.entries() == [two]
    ledger.abandon(two)
    assert [entry.number for entry in ledger.abandoned()] == [two.number]
    ledger.strike(two)
    assert ledger.entries() == []


def test_many_write_and_two_are_killed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    writers = [writer(path) for _ in range(4)]
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    ledger = Ledger(path)
    assert (len(ledger.entries()), len(ledger.abandoned())) == (40, 4)
    for process in writers[:2]:
        end(process)
    assert len(ledger.abandoned()) == 22, "one that has ended is dead before anybody has taken notice"
    for process in writers[2:]:
        end(process)
    for process in writers:
        process.wait()
    assert len(ledger.abandoned()) == 40


def test_another_process_of_the_same_number(tmp_path: Path) -> None:
    """The number was given again: the time at which it started tells the two apart."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    entry = ledger.enter("container", "unix:///x")
    boot, number, started = entry.owner.split(" ")
    assert int(number) == os.getpid()
    _rewrite(ledger, f"{boot} {number} {int(started) - 1}")
    assert len(ledger.abandoned()) == 1
    _rewrite(ledger, f"{boot} {number} {started}")
    assert ledger.abandoned() == []


def test_a_machine_that_was_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Process number and start time may even be the same."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.enter("container", "unix:///x")
    monkeypatch.setattr(ledger_module, "_boot", lambda: "another boot")
    assert len(ledger.abandoned()) == 1


@pytest.mark.parametrize("owner", ["", "x", "a b", "a b c d e", " 1 ", "{boot} x y", "{boot} 999999999 ", "{boot} 1 "])
def test_an_owner_that_makes_no_sense_is_nobody(tmp_path: Path, owner: str) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.enter("container", "unix:///x")
    _rewrite(ledger, owner.format(boot=ledger_module._boot()))
    assert len(ledger.abandoned()) == 1


@pytest.mark.parametrize("content", [b"never a database " * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_ledger_that_is_none_is_said_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(content)
    ledger = Ledger(path)
    for use in (ledger.entries, ledger.abandoned, lambda: ledger.enter("container", "unix:///x")):
        with pytest.raises(OSError, match=r"ledger\.sqlite3: "):
            use()
    assert path.read_bytes() == content


def test_a_ledger_that_somebody_holds_is_waited_for_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "_PATIENCE", 0.1)
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.strike(ledger.enter("container", "unix:///x"))
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OSError, match="locked"):
        ledger.enter("container", "unix:///x")
    other.close()
    ledger.enter("container", "unix:///x")


def _rewrite(ledger: Ledger, owner: str) -> None:
    connection = sqlite3.connect(ledger.path)
    with connection:
        connection.execute("UPDATE entries SET owner = ?", (owner,))
    connection.close()
