"""A container as a place where a check looks: every promise of a Place, kept inside real containers."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.shell.place import Ending, Exchange, Limits
from coursekit.technologies.engine import channel, place
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.place import ContainerPlace
from coursekit.technologies.engine.problem import EngineProblem, Gone
from tests.engines import Daemon, Things, commands_in, docker, podman, saved, static_program, until

pytestmark = pytest.mark.containers
CLEAN = ["sleep 600"]
"""What runs in a container of ours when nothing else does."""


def test_a_program(engine: Engine, things: Things) -> None:
    with ContainerPlace(engine, things.container(options=("--workdir", "/tmp", "--env", "MINE=1"))) as inside:
        done = inside.run(["echo", "hello  there", "'\"$HOME"])
        assert (done.ok, done.output) == (True, "hello  there '\"$HOME\n")
        assert done.command == "echo 'hello  there' ''\"'\"'\"$HOME'"
        assert inside.run(["sh", "-c", "echo oh >&2; exit 3"]).exit_status == 3
        assert inside.run(["sh", "-c", "kill -9 $$"]).exit_status == 137
        assert inside.run(["no-such-program"]).exit_status == 127
        assert inside.run(["pwd"]).output == f"{inside.root}\n" == "/tmp\n"
        assert inside.run(["pwd"], cwd="/etc").output == "/etc\n"
        said = inside.run(["sh", "-c", "echo $MINE $WORD"], environment={"WORD": "a  b"})
        assert said.output == "1 a b\n"
        assert inside.run(["cat"]).output == ""
        assert inside.run(["cat"], stdin=b"a\n'b' $c\n").output == "a\n'b' $c\n"
        assert inside.run(["wc", "-c"], stdin=b"x" * 200_000).output.strip() == "200000"


def test_one_program_kept_open_for_many_commands(engine: Engine, things: Things) -> None:
    name = things.container()
    with ContainerPlace(engine, name) as inside:
        for number in range(20):
            assert inside.run(["echo", str(number)]).output == f"{number}\n"
            gc.collect()  # the SDK's answer, which holds the line, must not be taken for garbage
        record = engine.container(name)
        assert record is not None
        assert len(record["ExecIDs"]) == 1
    assert commands_in(name) == CLEAN


def test_a_session_of_its_own(engine: Engine, things: Things) -> None:
    with ContainerPlace(engine, things.container()) as inside:
        session = inside.session()
        session.run("cd /etc && word=kept")
        assert session.run("pwd; echo $word").output.split() == ["/etc", "kept"]
        assert session.run("exit 0").ending is Ending.LOST
        assert inside.run(["echo", "hi"]).ok


def test_files(engine: Engine, things: Things) -> None:
    name = things.container()
    script = (
        "cd /tmp; echo hello >file; mkdir folder; ln -s file link; ln -s link chain; ln -s ../nowhere dangling;"
        "ln -s loop loop; ln -s folder way; echo deep >folder/deep; mkfifo pipe; cp file suid; chmod 4750 suid;"
        "touch -d '2020-01-02 03:04:05' file; printf 'a\\tb' >'odd ?#%é'; head -c 3000000 /dev/zero >big"
    )
    docker("exec", name, "sh", "-c", script)
    with ContainerPlace(engine, name) as inside:
        _look_at_files(inside)
        assert inside.read("/etc/hostname").strip()
    docker("stop", "--time", "0", name)
    with ContainerPlace(engine, name) as inside:
        _look_at_files(inside)
        done = inside.run(["echo", "hi"])
        assert done.ending is Ending.NOT_STARTED
        assert done.explanation == f"The container {name} does not run."


def _look_at_files(inside: ContainerPlace) -> None:
    kinds = {}
    for name in ("file", "folder", "link", "chain", "dangling", "way", "pipe", "suid", "odd ?#%é"):
        facts, end = inside.stat(f"/tmp/{name}"), inside.stat(f"/tmp/{name}", follow=True)
        assert facts is not None
        kinds[name] = (facts.kind, facts.target, end.kind if end else "")
    assert kinds == {
        "file": ("file", "", "file"),
        "folder": ("folder", "", "folder"),
        "link": ("link", "file", "file"),
        "chain": ("link", "link", "file"),
        "dangling": ("link", "../nowhere", ""),
        "way": ("link", "folder", "folder"),
        "pipe": ("other", "", "other"),
        "suid": ("file", "", "file"),
        "odd ?#%é": ("file", "", "file"),
    }
    file, suid, tmp = inside.stat("tmp/file"), inside.stat("/tmp/suid"), inside.stat("tmp")
    assert file is not None
    assert suid is not None
    assert tmp is not None
    assert (file.size, file.modified, file.mode) == (6, 1_577_934_245.0, 0o644)
    assert (suid.mode, tmp.mode) == (0o4750, 0o1777)
    for path in ("/tmp/none", "/tmp/file/below", "/tmp/loop/below", "/tmp/none/below", f"/{'x' * 300}"):
        assert inside.stat(path) is None
        assert inside.stat(path, follow=True) is None
        with pytest.raises(FileNotFoundError):
            inside.read(path)
    assert inside.read("/tmp/chain") == inside.read("tmp/../tmp/file") == b"hello\n"
    assert inside.read("/tmp/way/deep") == b"deep\n"
    assert inside.read("/tmp/odd ?#%é") == b"a\tb"
    assert len(inside.read("/tmp/big")) == 1_000_000
    assert len(inside.read("/tmp/big", 3)) == 3
    for path in ("/tmp", "/tmp/pipe"):
        with pytest.raises(OSError, match="not a regular file"):
            inside.read(path)
    assert inside.names("/tmp/way/") == inside.names("/tmp/folder") == ["deep"]
    assert {"bin", "etc", "tmp"} <= set(inside.names(""))
    with pytest.raises(OSError, match=r"none"):
        inside.names("/tmp/none")


def test_a_flood_is_bounded(engine: Engine, things: Things) -> None:
    name = things.container()
    with ContainerPlace(engine, name) as inside:
        tracemalloc.start()
        try:
            done = inside.run(["yes"], limits=Limits(seconds=60, output=6_000_000))
            assert tracemalloc.get_traced_memory()[1] < 15_000_000
        finally:
            tracemalloc.stop()
        assert done.ending is Ending.FLOODED
        assert len(done.output) < 40_000
        assert commands_in(name) == CLEAN
        assert inside.run(["echo", "hi"]).output == "hi\n"
    assert commands_in(name) == CLEAN


def test_a_time_limit(engine: Engine, things: Things) -> None:
    name = things.container()
    with ContainerPlace(engine, name) as inside:
        done = inside.run(["sh", "-c", "echo waiting; sleep 500"], limits=Limits(seconds=3))
        assert done.ending is Ending.TIMED_OUT
        assert done.explanation == "It was stopped after 3 s. The last it said: “waiting”"
        assert commands_in(name) == CLEAN
        assert inside.run(["echo", "hi"]).output == "hi\n"


def test_cancelling(engine: Engine, things: Things) -> None:
    name = things.container()
    with ContainerPlace(engine, name, cancelled=lambda: "sleep 500" in commands_in(name)) as inside:
        assert inside.run(["sleep", "500"]).ending is Ending.CANCELLED
    assert commands_in(name) == CLEAN


BEHIND = {
    "in the background": "sleep 501 & sleep 502 & sleep 503 & echo done",
    "in a session of its own": "setsid sleep 501 & echo done",
    "its environment cleared": "env -i /bin/sleep 501 & echo done",
    "deaf": "(trap '' TERM HUP INT; sleep 501; sleep 502) & echo done",
    "many, with longer and shorter numbers": "for n in $(seq 120); do sleep 501 & done; echo done",
}


def test_what_runs_on_ends_with_the_place(engine: Engine, things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    name = things.container()
    for kind, line in BEHIND.items():
        with ContainerPlace(engine, name) as inside:
            assert inside.run(["sh", "-c", line]).output == "done\n"
            assert any("50" in command for command in commands_in(name)), kind
        assert commands_in(name) == CLEAN, kind
    monkeypatch.setattr(channel, "_END", "true %s; kill -9 $$\n")
    for kind, line in BEHIND.items():
        before = len(commands_in(name))
        with ContainerPlace(engine, name) as inside:
            inside.run(["sh", "-c", line])
        assert len(commands_in(name)) > before, f"{kind}: nothing else would have ended it"


def test_what_the_container_had_started_itself_goes_on(engine: Engine, things: Things) -> None:
    name = things.container("sh", "-c", "sleep 701 & sleep 702")
    before = commands_in(name)
    with ContainerPlace(engine, name) as inside:
        inside.run(["sh", "-c", BEHIND["in the background"]])
    assert commands_in(name) == before


def test_what_speaks_late_ends_the_session_and_not_the_place(engine: Engine, things: Things) -> None:
    with ContainerPlace(engine, things.container()) as inside:
        assert inside.ask("(sleep 1; echo ALL CHECKS PASSED) & echo first").output == "first\n"
        assert inside.ask("sleep 1.2; echo second").output == "second\n"


def test_a_container_that_is_not_roots(engine: Engine, things: Things) -> None:
    name = things.container(options=("--user", "65534:65534"))
    with ContainerPlace(engine, name) as inside:
        assert inside.run(["id", "-u"]).output == "65534\n"
        inside.run(["sh", "-c", "sleep 501 & env -i /bin/sleep 502 &"])
        assert inside.run(["touch", "/etc/x"]).exit_status == 1
    assert commands_in(name) == CLEAN


def test_a_container_with_hardly_a_process_to_spare(engine: Engine, things: Things) -> None:
    name = things.container(options=("--pids-limit", "20"))
    with ContainerPlace(engine, name) as inside:
        inside.run(["sh", "-c", "for n in $(seq 30); do sleep 501 & done; wait"], limits=Limits(seconds=0.5))
    assert commands_in(name) == CLEAN


def test_a_container_killed_during_a_command(engine: Engine, things: Things) -> None:
    name = things.container()
    struck: list[str] = []

    def kill() -> bool:
        if not struck and "sleep 500" in commands_in(name):
            struck.append(docker("kill", name))
        return False

    with ContainerPlace(engine, name, cancelled=kill) as inside:
        done = inside.run(["sleep", "500"])
        assert (done.ending, done.explanation) == (Ending.LOST, f"The container {name} does not run.")
        assert inside.run(["echo", "hi"]).ending is Ending.NOT_STARTED
        docker("rm", "--force", name)
        assert inside.stat("/etc") is None


def test_a_container_that_is_paused(engine: Engine, things: Things) -> None:
    name = things.container()
    docker("pause", name)
    with ContainerPlace(engine, name) as inside:
        done = inside.run(["echo", "hi"])
        assert (done.ending, done.explanation) == (Ending.NOT_STARTED, f"The container {name} is paused.")
        assert inside.read("/etc/passwd")
    docker("unpause", name)


def test_a_container_without_a_shell(engine: Engine, things: Things) -> None:
    """As FROM scratch makes it: one program that needs nothing else."""
    image = things.imported({"sleep": static_program(), "note.txt": b"hello"})
    with ContainerPlace(engine, things.container("/sleep", "600", image=image)) as inside:
        done = inside.run(["echo", "hi"])
        assert done.ending is Ending.LOST
        assert "There is no shell in the container" in done.explanation
        assert inside.read("note.txt") == b"hello"


def test_names_are_whole(engine: Engine, things: Things) -> None:
    """An engine takes the beginning of an identifier for a name; a check does not."""
    name = things.container()
    record = engine.container(name)
    assert record is not None
    assert engine.container(record["Id"]) == record
    assert engine.container(record["Id"][:12]) is None
    image = engine.image("busybox:1.36")
    assert image is not None
    assert engine.image(image["Id"]) == image
    assert engine.image(image["Id"].removeprefix("sha256:")[:12]) is None
    docker("tag", "busybox:1.36", f"{things.word}.cafe/cafe")
    assert engine.image(f"{things.word}.cafe/cafe")
    for kind in (engine.container, engine.image, engine.volume, engine.network):
        for odd in ("a b", "..", "é", "UPPER", "x" * 300, "a/b", "cafe"):
            assert kind(odd) is None
    with pytest.raises(Gone):
        ContainerPlace(engine, "cafe")


TALK = "read -p 'Name? ' name; read -p 'Sure? ' sure; echo Hello $name $sure; exit 3"


def test_a_conversation(engine: Engine, things: Things) -> None:
    name = things.container(options=("--workdir", "/tmp"))
    with ContainerPlace(engine, name) as inside:
        done = inside.converse(["sh", "-c", TALK], [Exchange("Name", "Ada"), Exchange("Sure", "yes")])
        assert done.exit_status == 3
        assert "Hello Ada yes" in done.output
        assert done.command.startswith("sh -c")
        assert inside.converse(["pwd"], [Exchange("/tmp")], cwd="/tmp").ok
        done = inside.converse(["sh", "-c", TALK], [Exchange("never")], limits=Limits(seconds=20, silence=2.0))
        assert done.ending is Ending.SILENT
        assert "Name?" in done.explanation
    assert commands_in(name) == CLEAN


def test_a_conversation_that_was_broken_off_leaves_nothing(
    engine: Engine, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ending `docker exec` ends nothing inside: it is ended there."""
    name = things.container()
    with ContainerPlace(engine, name, cancelled=lambda: "sleep 502" in commands_in(name)) as inside:
        done = inside.converse(["sh", "-c", "sleep 501 & sleep 502"], [Exchange("never")])
        assert done.ending is Ending.CANCELLED
        assert commands_in(name) == CLEAN
    monkeypatch.setattr(place, "end_tagged", lambda *_: None)
    with ContainerPlace(engine, name, cancelled=lambda: "sleep 503" in commands_in(name)) as inside:
        inside.converse(["sleep", "503"], [Exchange("never")])
        assert commands_in(name) != CLEAN


def test_a_conversation_takes_no_docker_from_the_students_path(
    engine: Engine, things: Things, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim(tmp_path, monkeypatch)
    with ContainerPlace(engine, things.container()) as inside:
        assert inside.converse(["echo", "real"], [Exchange("real")]).ok


def test_one_that_does_not_run_is_not_talked_to(engine: Engine, things: Things) -> None:
    with ContainerPlace(engine, things.ended("true")) as inside:
        assert inside.converse(["sh"], []).ending is Ending.NOT_STARTED


def shim(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """A program of the student's, called docker, that says what everybody wants to hear."""
    program = folder / "bin" / "docker"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho forged\n")
    program.chmod(0o755)
    patch.setenv("PATH", str(program.parent), prepend=":")


def vanishing(things: Things, daemon: Daemon) -> tuple[str, Callable[[], bool]]:
    """A container in an engine of its own, and what ends that engine in the middle of the next command."""
    name = things.name()
    docker("run", "--detach", "--init", "--name", name, "busybox:1.36", "sleep", "600", host=daemon.host)

    def end() -> bool:
        if "sleep 500" in docker("top", name, host=daemon.host, check=False):
            daemon.stop()
        return False

    return name, end


def test_an_engine_that_ends_during_a_command_is_nobodys_failure(
    things: Things, daemon: Daemon, engines: Callable[[str], Engine]
) -> None:
    name, end = vanishing(things, daemon)
    engine = engines(daemon.host)
    assert str(engine.about).endswith(engine.about.kernel)
    with ContainerPlace(engine, name, cancelled=end) as inside:
        with pytest.raises(EngineProblem, match="stopped answering"):
            inside.run(["sleep", "500"])
        for look in (inside.stat, inside.read, inside.names):
            with pytest.raises(EngineProblem, match="stopped answering"):
                look("/etc")
        with pytest.raises(EngineProblem):
            inside.converse(["true"], [])
    with pytest.raises(EngineProblem, match="No container engine answers"):
        engines(daemon.host)
    daemon.start()
    docker("start", name, host=daemon.host)
    with ContainerPlace(engines(daemon.host), name) as inside:
        assert inside.run(["echo", "again"]).output == "again\n"


@pytest.fixture
def engines() -> Callable[[str], Engine]:
    from coursekit.technologies.engine.endpoint import Endpoint

    opened: list[Engine] = []

    def reach(url: str) -> Engine:
        opened.append(Engine(Endpoint(url, "a test")))
        return opened[-1]

    return reach


def test_an_engine_that_is_asked_for_what_is_gone(engine: Engine) -> None:
    for ask in (engine.history, engine.logs, engine.state):
        with pytest.raises(Gone):
            ask("ckt-nothing")


def test_inside_podman(things: Things, short: Path, engines: Callable[[str], Engine]) -> None:
    """Where Podman can run a container, a place in it is the same."""
    with podman(short) as url:
        docker("load", host=url, stdin=saved("busybox:1.36"))
        name = things.name()
        run = ("run", "--detach", "--network", "none", "--name", name, "localhost/busybox:1.36", "sleep", "600")
        said = docker(*run, host=url, check=False)
        if "rror" in said:
            pytest.skip(f"podman runs no container here: {said}")
        with ContainerPlace(engines(url), name) as inside:
            assert inside.run(["echo", "hi"]).output == "hi\n"
            inside.run(["sh", "-c", BEHIND["in the background"]])
            assert inside.read("/etc/passwd").startswith(b"root:")
            assert inside.stat("/etc/passwd/x") is None
        until(lambda: "501" not in docker("top", name, host=url))
        docker("rm", "--force", name, host=url)
