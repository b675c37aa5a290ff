"""What coursekit makes for itself: peeks and trials, gone on every outcome, and never made without an entry."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from coursekit.progress.ledger import LABEL, Ledger
from coursekit.shell.place import Ending, Limits
from coursekit.technologies.engine import own
from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.endpoint import Endpoint
from coursekit.technologies.engine.own import Rehearsed, peek, sweep, trial
from coursekit.technologies.engine.problem import EngineProblem, Gone
from tests.engines import Daemon, Recorded, Things, docker, until

pytestmark = pytest.mark.containers
BUSYBOX = "busybox:1.36"


def sh(line: str) -> list[str]:
    return ["sh", "-c", line]


def test_a_peek_reads_and_never_runs(engine: Engine, ledger: Recorded) -> None:
    with peek(engine, BUSYBOX, ledger) as inside:
        assert inside.name == f"the image {BUSYBOX}"
        assert inside.read("/etc/passwd").startswith(b"root:")
        assert inside.run(["true"]).explanation == f"The image {BUSYBOX} does not run."
        assert len(ledger.entries()) == 1
        [container] = engine.labelled(LABEL, ledger.numbers[0])
        record = engine.container(container)
        assert record is not None
        assert record["HostConfig"]["NetworkMode"] == "none"
        assert record["State"]["Status"] == "created"
    assert not ledger.left(engine)


def test_a_peek_into_an_image_that_has_volumes_leaves_none(engine: Engine, things: Things, ledger: Recorded) -> None:
    image = things.imported({"x": b"x"}, "VOLUME /data")
    with peek(engine, image, ledger):
        [container] = engine.labelled(LABEL, ledger.numbers[0])
        record = engine.container(container)
        assert record is not None
        [volume] = [mount["Name"] for mount in record["Mounts"]]
        assert engine.volume(volume)
    assert engine.volume(volume) is None


def test_a_peek_into_a_volume(engine: Engine, things: Things, ledger: Recorded) -> None:
    volume = things.volume(note="hello")
    with peek(engine, BUSYBOX, ledger, volumes=[volume]) as inside:
        assert inside.read(f"/volumes/{volume}/note") == b"hello"
        [container] = engine.labelled(LABEL, ledger.numbers[0])
        record = engine.container(container)
        assert record is not None
        assert not record["Mounts"][0]["RW"]
    assert engine.volume(volume)


def test_a_volume_that_went_a_moment_ago_is_not_made_again_for_good(
    engine: Engine, things: Things, ledger: Recorded
) -> None:
    gone = things.name()
    with peek(engine, BUSYBOX, ledger, volumes=[gone]):
        assert engine.volume(gone)
    assert engine.volume(gone) is None


def test_a_trial_runs_to_its_end(engine: Engine, things: Things, ledger: Recorded) -> None:
    done = trial(engine, BUSYBOX, sh("echo out; echo err >&2; exit 3"), ledger, Limits())
    assert (done.ending, done.exit_status) == (Ending.EXITED, 3)
    assert sorted(done.output.split()) == ["err", "out"]
    assert done.command == f"docker run --rm {BUSYBOX} sh -c 'echo out; echo err >&2; exit 3'"
    image = things.built(f'FROM {BUSYBOX}\nCMD ["echo", "its own"]\n')
    assert trial(engine, image, None, ledger, Limits()).output == "its own\n"
    assert "Network" in trial(engine, BUSYBOX, ["wget", "http://192.0.2.1"], ledger, Limits()).output


def test_a_trial_whose_output_ends_before_it_does(engine: Engine, ledger: Recorded) -> None:
    done = trial(engine, BUSYBOX, sh("echo early; exec >&- 2>&-; sleep 0.3; exit 4"), ledger, Limits())
    assert (done.output, done.exit_status) == ("early\n", 4)


def test_a_trial_that_cannot_start(engine: Engine, things: Things, ledger: Recorded) -> None:
    done = trial(engine, BUSYBOX, ["no-such-program"], ledger, Limits())
    assert done.ending is Ending.NOT_STARTED
    assert "no-such-program" in done.explanation
    nothing = things.imported({"x": b"x"})
    done = trial(engine, nothing, None, ledger, Limits())
    assert done.ending is Ending.NOT_STARTED
    assert "No command specified" in done.explanation


def test_a_trial_that_floods(engine: Engine, ledger: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither memory nor the engine's disk fill up: its log is kept nowhere."""
    paths: list[str] = []
    follow = own._followed

    def spying(engine: Engine, container: str, *rest: object) -> object:
        record = engine.container(container)
        assert record is not None
        paths.append(record["LogPath"])
        return follow(engine, container, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(own, "_followed", spying)
    done = trial(engine, BUSYBOX, ["yes"], ledger, Limits(seconds=20, output=5_000_000))
    assert done.ending is Ending.FLOODED
    assert len(done.output) < 40_000
    assert paths == [""]


def test_a_trial_that_takes_too_long(engine: Engine, ledger: Recorded) -> None:
    began = time.monotonic()
    done = trial(engine, BUSYBOX, sh("trap '' TERM; echo here; sleep 500"), ledger, Limits(seconds=5))
    assert done.ending is Ending.TIMED_OUT
    assert done.explanation == "It was stopped after 5 s. The last it said: “here”"
    assert not ledger.left(engine)
    later = time.monotonic()
    done = trial(engine, BUSYBOX, sh("sleep 500"), ledger, Limits(), cancelled=lambda: time.monotonic() - later > 0.5)
    assert done.ending is Ending.CANCELLED
    assert time.monotonic() - began < 30


def test_a_trial_that_eats_memory(engine: Engine, ledger: Recorded) -> None:
    done = trial(engine, "python:3.11-slim", ["python3", "-c", "x = b'x' * (1 << 30)"], ledger, Limits(seconds=20))
    assert done.exit_status == 137


def test_an_image_that_is_not_there(engine: Engine, ledger: Recorded) -> None:
    with pytest.raises(Gone, match="ckt-nothing"):
        trial(engine, "ckt-nothing", None, ledger, Limits())
    with pytest.raises(Gone), peek(engine, "ckt-nothing", ledger):
        pass
    assert not ledger.entries()


def test_what_somebody_else_removes_is_no_news_of_theirs(engine: Engine, ledger: Recorded) -> None:
    def remove() -> bool:
        for container in engine.labelled(LABEL, ledger.numbers[-1]):
            engine.remove_container(container)
        return False

    with pytest.raises(EngineProblem, match="was removed meanwhile") as caught:
        trial(engine, BUSYBOX, sh("sleep 500"), ledger, Limits(), cancelled=remove)
    assert not isinstance(caught.value, Gone)


def test_an_error_while_looking_leaves_nothing(engine: Engine, ledger: Recorded) -> None:
    with pytest.raises(ZeroDivisionError), peek(engine, BUSYBOX, ledger):
        _ = 1 / 0
    assert not ledger.left(engine)


@pytest.mark.parametrize("fault", ["corrupt", "a folder", "nowhere", "read-only"])
def test_without_a_ledger_nothing_is_made(engine: Engine, tmp_path: Path, fault: str) -> None:
    """Said plainly, and before anything exists."""
    path = tmp_path / "kept" / "ledger.sqlite3"
    path.parent.mkdir()
    if fault == "corrupt":
        path.write_bytes(b"this is no database, and never was one" * 100)
    elif fault == "a folder":
        path.mkdir()
    elif fault == "nowhere":
        path = Path(os.devnull, "none")
    else:
        Ledger(path).strike(Ledger(path).enter("container", "x"))
        path.chmod(0o444)
        if os.geteuid() == 0:
            _freeze(path, frozen=True)
    made: list[str] = []
    create = engine.create_container
    engine.create_container = lambda *words, **more: made.append("made") or create(*words, **more)  # type: ignore[method-assign,func-returns-value]
    try:
        with (
            pytest.raises(EngineProblem, match="cannot be written down, so nothing was made: "),
            peek(engine, BUSYBOX, Ledger(path)),
        ):
            pass
        with pytest.raises(EngineProblem, match="so nothing was made"):
            trial(engine, BUSYBOX, None, Ledger(path), Limits())
        with Engines() as engines:
            assert sweep(path, engines) == 0
    finally:
        if fault == "read-only" and os.geteuid() == 0:
            _freeze(path, frozen=False)
    assert not made


def _freeze(path: Path, *, frozen: bool) -> None:
    """Root writes to a file whatever its mode says; not to one that the file system calls immutable."""
    if subprocess.run(["chattr", "+i" if frozen else "-i", path], capture_output=True, check=False).returncode:
        pytest.skip("root cannot make a file read-only here")


def test_an_engine_that_ends_meanwhile_is_swept_once_it_is_back(things: Things, daemon: Daemon, tmp_path: Path) -> None:
    """By this very process, which lives on."""
    kept = Recorded(tmp_path / "kept.sqlite3")
    with Engines() as engines:
        engine = engines.at(Endpoint(daemon.host, "a test"))
        with pytest.raises(EngineProblem), peek(engine, BUSYBOX, kept):
            daemon.stop()
        assert sweep(kept.path, engines) == 0
        assert [entry.owner for entry in kept.entries()] == [""]
    daemon.start()
    with Engines() as engines:
        engine = engines.at(Endpoint(daemon.host, "a test"))
        assert len(engine.labelled(LABEL, kept.numbers[0])) == 1
        assert sweep(kept.path, engines) == 1
        assert not kept.left(engine)


def test_an_engine_that_answers_too_late_is_swept(
    engine: Engine, ledger: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has made the container all the same, after we had given up."""
    create = engine.create_container
    late: list[tuple[tuple[object, ...], dict[str, object]]] = []

    def silent(*words: object, **more: object) -> str:
        late.append((words, more))
        raise EngineProblem("does not answer")

    monkeypatch.setattr(engine, "create_container", silent)
    with pytest.raises(EngineProblem), peek(engine, BUSYBOX, ledger):
        pass
    with Engines() as engines:
        assert sweep(ledger.path, engines) == 0
        assert ledger.entries(), "it may still come"
        [(words, more)] = late
        create(*words, **more)  # type: ignore[arg-type]
        assert sweep(ledger.path, engines) == 1
    assert not ledger.left(engine)


def test_what_never_came_is_struck_out_after_a_while(
    engine: Engine, ledger: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.abandon(ledger.enter("container", engine.endpoint.url))
    with Engines() as engines:
        sweep(ledger.path, engines)
        assert ledger.entries()
        monkeypatch.setattr(own, "_STILL_MAKING", -1.0)
        sweep(ledger.path, engines)
    assert not ledger.entries()


def test_a_silent_engine_costs_a_sweep_little(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "_SWEEPING", 0.5)
    kept = Ledger(short / "kept.sqlite3")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short / "docker.sock"))
        server.listen()
        for _ in range(5):
            kept.abandon(kept.enter("container", f"unix://{short}/docker.sock"))
        began = time.monotonic()
        with Engines() as engines:
            assert sweep(kept.path, engines) == 0
        assert time.monotonic() - began < 2
    assert len(kept.entries()) == 5


def test_what_cannot_be_removed_now_keeps_nothing_else_from_being(
    engine: Engine, things: Things, ledger: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image that a rehearsal kept, and of which somebody runs a container since, stays until that has gone."""
    monkeypatch.setattr(own, "LONGEST_COMMAND", 0.0)
    image = things.built(f"FROM {BUSYBOX}\nLABEL made={things.word}\n")
    rehearsed = Rehearsed(engine, ledger, [])
    record = engine.image(image)
    assert record is not None
    rehearsed.keep(engine, record["Id"])
    docker("rmi", image)
    runs = things.container(image=record["Id"])
    label = f"{LABEL}={ledger.enter('container', engine.endpoint.url).number}"
    container = docker("create", "--name", things.name(), "--label", label, BUSYBOX)
    for entry in ledger.entries():
        ledger.abandon(entry)
    with Engines() as engines:
        assert sweep(ledger.path, engines) == 1
        assert engine.container(container) is None
        assert [entry.kind for entry in ledger.entries()] == ["rehearsed"]
        docker("rm", "--force", runs)
        assert sweep(ledger.path, engines) == 1
    assert engine.image(record["Id"]) is None


def test_what_a_student_has_is_never_swept(engine: Engine, things: Things, ledger: Recorded) -> None:
    """Labels with other numbers, without one, entries of others: only label and ledger together count."""
    entry = ledger.enter("volume", engine.endpoint.url)
    ledger.abandon(entry)
    other = Recorded(ledger.path.parent / "other.sqlite3")
    elsewhere = other.enter("container", engine.endpoint.url)
    options = [
        (),
        ("--label", LABEL),
        ("--label", f"{LABEL}={'0' * 32}"),
        ("--label", f"{LABEL}={elsewhere.number}"),
        ("--label", f"{LABEL}.more={entry.number}"),
        ("--label", f"{LABEL}={entry.number}0"),
        ("--name", f"{things.word}-{entry.number}"),
    ]
    names = [
        docker("create", *(() if "--name" in option else ("--name", things.name())), *option, BUSYBOX)
        for option in options
    ]
    ours = docker("create", "--name", things.name(), "--label", f"{LABEL}={entry.number}", BUSYBOX)
    volume = things.name()
    docker("volume", "create", "--label", f"{LABEL}={'0' * 32}", volume)
    with Engines() as engines:
        assert sweep(ledger.path, engines) == 1
    until(lambda: engine.container(ours) is None)
    assert all(engine.container(name) for name in names)
    assert engine.volume(volume)
    other.strike(elsewhere)
