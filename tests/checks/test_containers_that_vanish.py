"""What is taken away while a check looks at it: an image, a container, the engine itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.checks.command import CommandCheck
from coursekit.checks.container import ContainerCheck
from coursekit.checks.context import CheckContext
from coursekit.checks.file import FileCheck
from coursekit.checks.http import HttpCheck
from coursekit.checks.image import ImageCheck
from coursekit.checks.judging import judge, judge_step
from coursekit.checks.network import NetworkCheck
from coursekit.checks.volume import VolumeCheck
from coursekit.model.check import Inside, Not, Single
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome
from coursekit.shell.local import LocalPlace
from coursekit.technologies.engine.connection import Engine, Engines
from tests.checks.judged import judged, step
from tests.engines import BUSYBOX, Daemon, Recorded, Things, docker, until

pytestmark = pytest.mark.containers
PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR


@pytest.fixture
def gone(things: Things, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """A thing that is removed right before a certain question about it is asked."""

    def vanish(question: str, name: str) -> str:
        ask = getattr(Engine, question)

        def late(self: Engine, *words: object, **more: object) -> object:
            docker("rmi" if name.startswith(f"{things.word}-i") else "rm", "--force", name, check=False)
            return ask(self, *words, **more)

        monkeypatch.setattr(Engine, question, late)
        return name

    return vanish


@pytest.mark.parametrize(
    ("question", "settings"),
    [
        ("history", {"dockerfile": "Dockerfile"}),
        ("create_container", {"files": {"/etc/passwd": "Dockerfile"}}),
        ("create_container", {"run": "true"}),
    ],
)
def test_an_image_deleted_under_a_check(
    things: Things, gone: Callable[[str, str], str], tmp_path: Path, question: str, settings: dict[str, object]
) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {BUSYBOX}\nENV A=1\n")
    image = things.built(f"FROM {BUSYBOX}\nENV A={things.word}\n", name=f"{things.word}-i")
    check = ImageCheck(gone(question, image), **settings)  # type: ignore[arg-type]
    finding = judged(tmp_path, check, ledger=tmp_path / "ledger.sqlite3")
    assert finding.outcome is FAILED, finding
    assert finding.observed.startswith("it was taken away while it was being looked at. The container engine says: No")
    assert "asked Docker" in finding.commands[0].output
    assert not Recorded(tmp_path / "ledger.sqlite3").entries()


@pytest.mark.parametrize("question", ["logs", "start_program"])
def test_a_container_deleted_under_a_check(
    things: Things, gone: Callable[[str, str], str], tmp_path: Path, question: str
) -> None:
    name = things.container("sh", "-c", "echo hello; sleep 600")
    until(lambda: docker("logs", name) == "hello")
    finding = judged(tmp_path, ContainerCheck(gone(question, name), prints="hello"))
    assert finding.outcome is FAILED, finding
    assert "was taken away" in finding.observed


def there(daemon: Daemon) -> ShellState:
    return ShellState("/", {"DOCKER_HOST": daemon.host})


def test_an_engine_that_ends_in_the_middle_of_a_check(
    things: Things, daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ERROR, and a word about what to do; never FAILED, never a traceback. And another engine is named as such."""
    name = things.name()
    script = ("sh", "-c", "echo hello; sleep 600")
    docker("run", "--detach", "--init", "--name", name, BUSYBOX, *script, host=daemon.host)
    until(lambda: docker("logs", name, host=daemon.host) == "hello")
    check = ContainerCheck(name, state="running", prints="hello")
    finding = judged(tmp_path, check, there(daemon))
    assert finding.outcome is PASSED
    assert f"at {daemon.host} (DOCKER_HOST)" in finding.commands[0].output
    assert judged(tmp_path, check).outcome is FAILED, "the other engine has no such container"
    logs = Engine.logs

    def late(self: Engine, *words: object) -> str:
        daemon.stop()
        return logs(self, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "logs", late)
    finding = judged(tmp_path, check, there(daemon))
    assert finding.outcome is ERROR
    assert finding.observed.startswith(f"The container engine at {daemon.host} stopped answering.")
    monkeypatch.undo()
    for kind in (check, ImageCheck(BUSYBOX), VolumeCheck("x"), NetworkCheck("x"), HttpCheck(name, 80)):
        finding = judged(tmp_path, kind, there(daemon))
        assert finding.outcome is ERROR
        assert f"No container engine answers at {daemon.host} (DOCKER_HOST)." in finding.observed
    with LocalPlace(tmp_path) as place, Engines() as engines:
        context = CheckContext(place, engines=engines, shell=there(daemon))
        assert judge(Inside("container", name, Single("file", FileCheck("/x"))), context)[0] is ERROR
        verdict = judge_step(step(Not(Single("container", check))), context, (), {})
    assert (verdict.outcome, verdict.what_to_do[:9]) == (ERROR, "Try again")


def test_an_engine_that_ends_during_a_command_inside(things: Things, daemon: Daemon, tmp_path: Path) -> None:
    name = things.name()
    docker("run", "--detach", "--init", "--name", name, BUSYBOX, "sleep", "600", host=daemon.host)

    def end() -> bool:
        if "sleep 500" in docker("top", name, host=daemon.host, check=False):
            daemon.stop()
        return False

    with LocalPlace(tmp_path) as place, Engines() as engines:
        context = CheckContext(place, engines=engines, shell=there(daemon), cancelled=end)
        outcome, [finding] = judge(Inside("container", name, Single("command", CommandCheck("sleep 500"))), context)
    assert outcome is ERROR, finding
    assert "stopped answering" in finding.observed
