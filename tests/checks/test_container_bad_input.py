"""What goes wrong around a check without anybody's ill will: what is said then, and what it hangs on."""

from __future__ import annotations

import os
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from coursekit.checker import checking
from coursekit.checker.checking import check_steps
from coursekit.checks import engine_kind, http, image
from coursekit.checks.container import ContainerCheck
from coursekit.checks.context import CheckContext
from coursekit.checks.http import HttpCheck
from coursekit.checks.image import ImageCheck
from coursekit.checks.kind import found
from coursekit.model.check import Single
from coursekit.model.exercise import Exercise, Step
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome
from coursekit.shell.local import LocalPlace
from coursekit.technologies.engine import endpoint
from coursekit.technologies.engine.connection import Engine, Engines
from tests.attacks import Attack, has_teeth, survived
from tests.checks.judged import judged
from tests.engines import BUSYBOX, Daemon, Things, docker, second_daemon

pytestmark = pytest.mark.containers


@pytest.fixture(autouse=True)
def engine_here(things: Things) -> None:
    """Each of them makes its own things; without an engine nothing can go wrong."""


@contextmanager
def making() -> Iterator[Things]:
    things = Things()
    try:
        yield things
    finally:
        things.clear()


@contextmanager
def another_engine() -> Iterator[Daemon]:
    with (
        tempfile.TemporaryDirectory(prefix="ckt-", dir="/tmp", ignore_cleanup_errors=True) as name,
        second_daemon(Path(name)) as daemon,
    ):
        yield daemon


def an_engine_that_restarts_in_the_middle_of_a_check(folder: Path) -> None:
    """Not the student's failure, and once it is back all is as it was."""
    with another_engine() as daemon:
        name, shell = "ckt-one", ShellState(str(folder), {"DOCKER_HOST": daemon.host})
        docker("run", "--detach", "--name", name, BUSYBOX, "echo", "hello", host=daemon.host)
        docker("wait", name, host=daemon.host)
        check, logs = ContainerCheck(name, state="exited", prints="hello"), Engine.logs

        def late(self: Engine, container: str, limit: int = 1000) -> str:
            daemon.stop()
            return logs(self, container, limit)

        assert judged(folder, check, shell).outcome is Outcome.PASSED
        with patch.object(Engine, "logs", late):
            during = judged(folder, check, shell)
        daemon.start()
        assert judged(folder, check, shell).outcome is Outcome.PASSED
        assert during.outcome is Outcome.ERROR
        assert "stopped answering. Look whether it runs: docker info" in during.observed


def a_trouble_of_the_engine_is_a_failure(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine_kind, "could_not_look", lambda claim, why, asked: found(False, claim, "", why, asked))


def an_engine_that_hangs(folder: Path) -> None:
    """It takes the call and never answers, as one does whose disk hangs: an ERROR, in the time that the step has."""
    with tempfile.TemporaryDirectory(prefix="ckt-", dir="/tmp") as name, socket.socket(socket.AF_UNIX) as silent:
        silent.bind(f"{name}/docker.sock")
        silent.listen()
        shell = ShellState(str(folder), {"DOCKER_HOST": f"unix://{name}/docker.sock"})
        with LocalPlace(folder) as place, Engines() as engines:
            context = CheckContext(place, shell=shell, engines=engines)
            soon = CheckContext(place, shell=shell, engines=engines, deadline=context.deadline - 19.0)
            finding = ContainerCheck("ckt-none").judge(soon)
        assert finding.outcome is Outcome.ERROR
        assert "does not answer" in finding.observed


def an_image_deleted_under_a_check(folder: Path) -> None:
    """Somebody has removed what the student made: a failure, with that as its reason."""
    with making() as things:
        (folder / "Dockerfile").write_text(f"FROM {BUSYBOX}\nENV A=1\n")
        name, history = things.built(f"FROM {BUSYBOX}\nENV A={things.word}\n"), Engine.history

        def late(self: Engine, image: str) -> object:
            docker("rmi", name, check=False)
            return history(self, image)

        with patch.object(Engine, "history", late):
            finding = judged(folder, ImageCheck(name, dockerfile="Dockerfile"), ledger=folder / "ledger.sqlite3")
        assert finding.outcome is Outcome.FAILED
        assert "was taken away while it was being looked at" in finding.observed


def what_is_gone_is_a_trouble_like_any_other(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine_kind, "Gone", ZeroDivisionError)


def a_dockerfile_that_no_builder_can_read(folder: Path) -> None:
    """The line is named, by its number."""
    with making() as things:
        text = f"FROM {BUSYBOX}\nENV A={things.word}\n"
        name = things.built(text)
        (folder / "Dockerfile").write_text(text + "COPPY a b\n")
        said = docker("build", str(folder), check=False)
        if "unknown instruction: COPPY" not in said:
            raise RuntimeError(said)
        finding = judged(folder, ImageCheck(name, dockerfile="Dockerfile"), ledger=folder / "ledger.sqlite3")
        assert finding.outcome is Outcome.FAILED
        assert re.match(r"line 3: .*COPPY", finding.observed), finding.observed


def lines_are_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(image, "fault", lambda _: "")


def a_container_that_ends_at_once(folder: Path) -> None:
    """Why, stands in its log, and the end of that is shown."""
    with making() as things:
        name = things.ended("sh", "-c", "echo no such table: visits; exit 3")
        finding = judged(folder, ContainerCheck(name, state="running"))
        assert finding.outcome is Outcome.FAILED
        assert finding.observed == "it has ended, with exit status 3. The last it printed:\nno such table: visits"


def logs_are_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Engine, "logs", lambda *_: "")


def a_port_that_another_program_holds(folder: Path) -> None:
    with making() as things, socket.create_server(("127.0.0.1", 0)) as taken:
        port, name = taken.getsockname()[1], things.name()
        publish = ("--publish", f"127.0.0.1:{port}:80")
        said = docker("run", "--detach", "--name", name, *publish, BUSYBOX, "sleep", "9", check=False)
        if "in use" not in said:
            raise RuntimeError(said)
        finding = judged(folder, HttpCheck(name, 80, outside=port))
        assert finding.outcome is Outcome.FAILED
        assert f"port {port} is held by" in finding.observed
        assert f"(process {os.getpid()})" in finding.observed


def nobody_asks_who_holds_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(http, "holder", lambda _: "")


def no_image_and_no_network_to_get_it(folder: Path) -> None:
    """What an exercise begins with has not come: not the student's fault, and it is said how it comes."""
    docker("version")  # an engine that does not answer would be an ERROR as well
    step = Step("one", "One", 1, Single("container", ContainerCheck("ckt-none")), "")
    exercise = Exercise("containers/one", "", "", 1, (step,), "", folder, {}, "", images=("ckt-nowhere.invalid/x:1",))
    [(_, verdict)] = check_steps(
        exercise, ["one"], workspace=folder, shell=None, answers={}, passed=(), ledger=folder / "ledger.sqlite3"
    )
    assert verdict.outcome is Outcome.ERROR
    assert verdict.what_to_do.endswith("coursekit fetch containers/one")


def whose_fault_it_is_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(checking, "_not_their_fault", lambda verdict, *_: verdict)


def another_engine_by_a_context(folder: Path) -> None:
    """`docker context use`: the student's commands go elsewhere, and the check goes with them."""
    with another_engine() as daemon:
        config = folder / "config"
        docker("--config", str(config), "context", "create", "other", "--docker", f"host={daemon.host}")
        docker("--config", str(config), "context", "use", "other")
        docker("create", "--name", "ckt-one", BUSYBOX, host=daemon.host)
        shell = ShellState(str(folder), {"DOCKER_CONFIG": str(config), "HOME": str(folder)})
        finding = judged(folder, ContainerCheck("ckt-one"), shell)
        assert finding.outcome is Outcome.PASSED
        assert f"at {daemon.host} (the context `other`)" in finding.commands[0].output


def contexts_are_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(endpoint, "_current_context", lambda _: "")


ATTACKS = [
    Attack(an_engine_that_restarts_in_the_middle_of_a_check, a_trouble_of_the_engine_is_a_failure),
    Attack(an_engine_that_hangs, a_trouble_of_the_engine_is_a_failure),
    Attack(an_image_deleted_under_a_check, what_is_gone_is_a_trouble_like_any_other),
    Attack(a_dockerfile_that_no_builder_can_read, lines_are_not_read),
    Attack(a_container_that_ends_at_once, logs_are_not_read),
    Attack(a_port_that_another_program_holds, nobody_asks_who_holds_it),
    Attack(no_image_and_no_network_to_get_it, whose_fault_it_is_is_not_asked),
    Attack(another_engine_by_a_context, contexts_are_not_read),
]
attacks = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@attacks
def test_it_is_said_what_is_wrong(attack: Attack, tmp_path: Path) -> None:
    survived(attack, tmp_path)


@attacks
def test_and_what_that_hangs_on(attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has_teeth(attack, tmp_path, monkeypatch)
