"""What was recorded stays: with several writers, after kills, and whatever happens to the file is noticed."""

from __future__ import annotations

import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursekit.errors import CourseError, ExitCode
from coursekit.model.event import Event, What
from coursekit.progress import schema
from coursekit.progress.store import Store

EVENT = Event(What.CHECKED, "venv/create", "make", {"outcome": "passed", "asked": True, "text": "é \x00 'x'"})

_WRITER = """
import sys
from pathlib import Path
from coursekit.model.event import Event, What
from coursekit.progress.store import Store
with Store.open(Path(sys.argv[1])) as store:
    for number in range(int(sys.argv[3])):
        recorded = store.record(Event(What.HINTED, "venv/create", sys.argv[2], {"level": number}))
        print(recorded.number, flush=True)
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "progress.sqlite3"


def test_what_is_recorded_comes_back(path: Path) -> None:
    with Store.open(path) as store:
        first = store.record(EVENT)
        store.record(Event(What.STARTED, "venv/other"))
    with Store.open(path) as store:
        assert store.events("venv/create") == [first]
        assert [event.number for event in store.events()] == [1, 2]
        assert store.last_number() == 2
        assert store.verify() == []
        assert first.time == pytest.approx(time.time(), abs=60)


def test_the_seed_is_made_once(path: Path) -> None:
    with Store.open(path) as one, Store.open(path) as two:
        assert len(one.seed()) == 32
        assert one.seed() == two.seed()


def test_two_writers_lose_nothing(path: Path) -> None:
    writers = [writer(path, name, 40) for name in "ab"]
    for process in writers:
        process.communicate(timeout=60)
        assert process.returncode == 0
    with Store.open(path) as store:
        levels = {name: [e.detail["level"] for e in store.events() if e.step == name] for name in "ab"}
        assert levels == {"a": list(range(40)), "b": list(range(40))}
        assert store.verify() == []


def test_a_killed_writer_loses_nothing_that_was_acknowledged(path: Path) -> None:
    acknowledged = 0
    for round_number in range(8):
        process = writer(path, f"round-{round_number}", 1_000_000)
        assert process.stdout is not None
        for _ in range(3 + round_number):
            acknowledged = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.communicate(timeout=60)[0].splitlines()
        acknowledged = int(rest[-1]) if rest and rest[-1].isdigit() else acknowledged
        with Store.open(path) as store:
            assert store.last_number() >= acknowledged
            assert store.verify() == []


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        ("UPDATE events SET detail = replace(detail, 'failed', 'passed') WHERE number = 2", "event 2 .* was changed"),
        ("UPDATE events SET time = time - 1 WHERE number = 1", "event 1 .* was changed"),
        ("UPDATE events SET step = 'b' WHERE number = 3", "event 3 .* was changed"),
        ("DELETE FROM events WHERE number = 2", "event 2 is missing"),
        ("DELETE FROM events WHERE number = 3", "the last events are missing"),
        ("UPDATE events SET number = 9 - number WHERE number > 1", "event 2 is missing"),
    ],
)
def test_tampering_is_noticed(path: Path, tampering: str, problem: str) -> None:
    with Store.open(path) as store:
        for step in "abc":
            store.record(Event(What.CHECKED, "venv/create", step, {"outcome": "failed"}))
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(tampering)
    connection.executescript("DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_removed;")
    connection.execute(tampering)
    connection.commit()
    connection.close()
    with Store.open(path) as store:
        problems = store.verify()
    assert problems
    assert re.search(problem, "\n".join(problems))


def test_a_newer_file_is_refused_untouched(path: Path) -> None:
    Store.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CourseError, match="newer coursekit") as caught:
        Store.open(path)
    assert caught.value.exit_code is ExitCode.USAGE
    assert path.read_bytes() == before


def test_a_migration_is_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path) as store:
        store.record(EVENT)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE more (x TEXT); SELECT nothing();"))
    with pytest.raises(CourseError):
        Store.open(path)
    assert path.with_name("progress-v1.bak").is_file()
    monkeypatch.undo()
    with Store.open(path) as store:
        assert len(store.events()) == 1
    connection = sqlite3.connect(path)
    assert not connection.execute("SELECT name FROM sqlite_master WHERE name = 'more'").fetchall()
    connection.close()


@pytest.mark.parametrize("body", [b"this is no database, only text" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_refused_and_stays(path: Path, body: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(body)
    with pytest.raises(CourseError, match="damaged") as caught:
        Store.open(path)
    assert caught.value.exit_code is ExitCode.COULD_NOT_CHECK
    assert path.read_bytes() == body


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be made") as caught:
        Store.open(tmp_path / "file" / "progress.sqlite3")
    assert "COURSEKIT_HOME" in caught.value.what_to_do


def test_a_folder_in_the_files_place(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(CourseError, match="cannot be written"):
        Store.open(path)


def test_a_full_disk_is_said_and_nothing_is_lost(path: Path) -> None:
    with Store.open(path) as store:
        store.record(EVENT)
        store._connection.execute("PRAGMA max_page_count = 1")  # SQLite says SQLITE_FULL, as for a full disk
        large = Event(What.CHECKED, "venv/create", detail={"text": "x" * 500_000})
        with pytest.raises(CourseError, match="disk is full"):
            store.record(large)
    with Store.open(path) as store:
        assert store.events()[0].detail == EVENT.detail
        assert store.verify() == []


def test_a_lease_has_one_holder_and_dies_with_it(path: Path) -> None:
    with Store.open(path) as store:
        holding = "import sys,time\nfrom pathlib import Path\nfrom coursekit.progress.store import Store\n"
        holding += "store = Store.open(Path(sys.argv[1]))\n"
        holding += "with store.lease('reset a/b'):\n print('held', flush=True)\n sys.stdin.read()\n"
        process = subprocess.Popen(
            [sys.executable, "-c", holding, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(CourseError, match=rf"busy with that: reset a/b \(process {process.pid}\)"),
            store.lease("reset a/b"),
        ):
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with store.lease("reset a/b"):
            pass


def test_a_lease_whose_file_cannot_be_made(path: Path) -> None:
    (path.parent / "opening.lock").mkdir(parents=True)
    with pytest.raises(CourseError, match="cannot be written") as caught:
        Store.open(path)
    assert caught.value.exit_code is ExitCode.COULD_NOT_CHECK
    assert "COURSEKIT_HOME" in caught.value.what_to_do


def test_a_lease_is_held_without_room_for_the_holders_number(path: Path) -> None:
    with Store.open(path) as store:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))  # such a limit is to a writer what a full disk is
        try:
            with (
                store.lease("reset a/b"),
                pytest.raises(CourseError, match="process unknown"),
                store.lease("reset a/b"),
            ):
                pass
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
