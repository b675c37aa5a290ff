"""Which engine is reached, and what is said when it cannot be: with real sockets, folders, accounts and servers."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from coursekit.checks.container import ContainerCheck
from coursekit.checks.context import CheckContext
from coursekit.checks.judging import judge
from coursekit.checks.kind import could_not_look
from coursekit.model.check import Single
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import Outcome
from coursekit.shell.local import LocalPlace
from coursekit.technologies.engine import endpoint as endpoint_module
from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.endpoint import Endpoint, find_endpoint
from coursekit.technologies.engine.problem import EngineProblem
from tests.engines import docker, podman, saved

NOBODY = 65534


@contextlib.contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """A socket that takes calls and never says a word."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        yield server


@contextlib.contextmanager
def answering(path: Path, said: str) -> Iterator[Endpoint]:
    """A real server on a socket that answers every question with the same text."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None: ...

        def address_string(self) -> str:
            return "here"

    with socketserver.UnixStreamServer(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Endpoint(f"unix://{path}", "DOCKER_HOST")
        server.shutdown()
        thread.join()


def context(config: Path, name: str, host: str) -> None:
    """A context as Docker's own command line keeps it."""
    docker("--config", str(config), "context", "create", name, "--docker", f"host={host}")


def problem(endpoint: Endpoint, patience: float = 5.0) -> str:
    with pytest.raises(EngineProblem) as caught:
        Engine(endpoint, patience)
    return str(caught.value)


def test_a_variable_comes_before_everything(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"currentContext": "other"}')
    found = find_endpoint({"DOCKER_HOST": "tcp://there:2375", "DOCKER_CONTEXT": "other"}, tmp_path)
    assert found == Endpoint("tcp://there:2375", "DOCKER_HOST")


def test_certificates_count_only_where_docker_itself_would_ask_for_them(tmp_path: Path) -> None:
    host = {"DOCKER_HOST": "tcp://there:2376", "DOCKER_CERT_PATH": "/certificates"}
    assert find_endpoint(host, tmp_path).certificates == ""
    assert find_endpoint({**host, "DOCKER_TLS_VERIFY": "1"}, tmp_path).certificates == "/certificates"
    del host["DOCKER_CERT_PATH"]
    assert find_endpoint({**host, "DOCKER_TLS_VERIFY": "1"}, tmp_path).certificates == str(tmp_path / ".docker")


@pytest.mark.containers
def test_contexts_as_docker_keeps_them(things: object, tmp_path: Path) -> None:
    config = tmp_path / ".docker"
    context(config, "mine", "unix:///mine.sock")
    context(config, "other_one+2", "tcp://other:2375")
    docker("--config", str(config), "context", "use", "mine")
    assert find_endpoint({}, tmp_path) == Endpoint("unix:///mine.sock", "the context `mine`")
    assert find_endpoint({"DOCKER_CONTEXT": "other_one+2"}, tmp_path).url == "tcp://other:2375"
    assert find_endpoint({"DOCKER_CONFIG": str(config)}, Path("/nowhere")).url == "unix:///mine.sock"
    assert find_endpoint({"DOCKER_CONTEXT": "default"}, tmp_path).origin == "the default"


def test_a_context_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = problem(find_endpoint({"DOCKER_CONTEXT": "gone"}, tmp_path))
    assert said == "Docker is set to the context `gone`, which is not there. To see those that are: docker context ls"


@pytest.mark.parametrize("content", ["{", "[]", '{"currentContext": null}', '{"currentContext": ""}', "\xff"])
def test_settings_that_name_no_context(tmp_path: Path, content: str) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(content, encoding="latin-1")
    assert find_endpoint({}, tmp_path).origin == "the default"


@pytest.mark.parametrize(
    ("place", "origin"),
    [
        ("run/docker.sock", "rootless Docker"),
        (".docker/run/docker.sock", "Docker Desktop"),
        (".docker/desktop/docker.sock", "Docker Desktop"),
        ("run/podman/podman.sock", "Podman"),
        ("named.sock", "CONTAINER_HOST"),
    ],
)
def test_where_else_one_may_listen(short: Path, monkeypatch: pytest.MonkeyPatch, place: str, origin: str) -> None:
    variables = {"XDG_RUNTIME_DIR": f"{short}/run", "CONTAINER_HOST": f"unix://{short}/named.sock"}
    monkeypatch.setattr(endpoint_module, "_DEFAULT", f"{short}/default.sock")
    with listening(short / place):
        assert find_endpoint(variables, short) == Endpoint(f"unix://{short}/{place}", origin)
        with listening(short / "default.sock"):
            assert find_endpoint(variables, short).origin == "the default"


def test_nobody_there(short: Path) -> None:
    stale = Endpoint(f"unix://{short}/stale.sock", "DOCKER_HOST")
    with listening(short / "stale.sock"):
        pass
    for endpoint in (stale, Endpoint(f"unix://{short}/none.sock", "the default"), Endpoint("tcp://127.0.0.1:9", "x")):
        said = problem(endpoint)
        assert f"No container engine answers at {endpoint.url} ({endpoint.origin})." in said
        assert "tart" in said


def test_not_allowed(short: Path) -> None:
    import docker  # noqa: F401  # another account might not find it

    with listening(short / "docker.sock"):
        (short / "docker.sock").chmod(0o600)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)  # root may connect to every socket
        else:
            (short / "docker.sock").chmod(0)
        try:
            said = problem(Endpoint(f"unix://{short}/docker.sock", "the default"))
        finally:
            os.seteuid(os.getuid())
    assert "You may not speak to the container engine" in said
    assert "sudo usermod -aG docker $USER" in said


@pytest.mark.parametrize("speaks", ["1.20", "1.39"])
def test_too_old(short: Path, speaks: str) -> None:
    with answering(short / "docker.sock", json.dumps({"ApiVersion": speaks})) as endpoint:
        said = problem(endpoint)
    assert f"is too old: it speaks version {speaks} of its API, and 1.40 is needed" in said


@pytest.mark.parametrize(("oldest", "speaks", "chosen"), [("1.24", "1.55", "v1.44"), ("1.50", "1.55", "v1.50")])
def test_a_newer_one_is_asked_in_what_both_know(short: Path, oldest: str, speaks: str, chosen: str) -> None:
    said = {"ApiVersion": speaks, "MinAPIVersion": oldest}
    with answering(short / "docker.sock", json.dumps(said)) as endpoint, Engine(endpoint) as engine:
        assert f"/{chosen}/" in engine._api._url("/info")


@pytest.mark.parametrize("said", ["hello", "[]", "{}"])
def test_somebody_else_answers(short: Path, said: str) -> None:
    with answering(short / "docker.sock", said) as endpoint:
        assert "No container engine answers at" in problem(endpoint)


def test_one_that_takes_the_call_and_never_answers(short: Path) -> None:
    began = time.monotonic()
    with listening(short / "docker.sock"):
        assert "does not answer" in problem(Endpoint(f"unix://{short}/docker.sock", "x"), patience=0.3)
    assert time.monotonic() - began < 3


def test_a_check_waits_no_longer_than_its_deadline(short: Path) -> None:
    shell = ShellState(str(short), {"DOCKER_HOST": f"unix://{short}/docker.sock"})
    began = time.monotonic()
    with listening(short / "docker.sock"), LocalPlace(short) as place, Engines() as engines:
        context = CheckContext(place, shell=shell, engines=engines, deadline=time.monotonic() + 0.6)
        finding = ContainerCheck("any").judge(context)
    assert finding == could_not_look(finding.claim, finding.observed)
    assert "does not answer" in finding.observed
    assert time.monotonic() - began < 3


def test_an_engine_over_ssh_is_said_to_be_out_of_reach() -> None:
    assert "reached over ssh, which checks cannot do" in problem(Endpoint("ssh://me@there", "DOCKER_HOST"))


def test_certificates_that_are_not_there(tmp_path: Path) -> None:
    assert "No container engine answers" in problem(Endpoint("tcp://127.0.0.1:9", "DOCKER_HOST", str(tmp_path)))


def test_what_is_here_and_what_is_not(short: Path) -> None:
    here = {"ApiVersion": "1.41", "KernelVersion": os.uname().release}
    with answering(short / "docker.sock", json.dumps(here)) as endpoint, Engine(endpoint) as engine:
        assert engine.about.here
    there = {**here, "KernelVersion": "5.15.49-linuxkit", "OperatingSystem": "Docker Desktop"}
    with answering(short / "desktop.sock", json.dumps(there)) as endpoint, Engine(endpoint) as engine:
        assert not engine.about.here
        assert engine.about.product == "Docker Desktop"


@pytest.mark.containers
def test_podman_is_recognised_and_named(things: object, short: Path, tmp_path: Path) -> None:
    """Its socket in the place where it is looked for; the evidence names it, and files are read as in Docker."""
    with podman(short) as url, Engines() as engines:
        docker("load", host=url, stdin=saved("busybox:1.36"))
        engine = engines.reach({"DOCKER_HOST": url})
        assert engine.about.product == "Podman"
        assert str(engine.about).startswith("Podman ")
        assert engine.image("busybox:1.36")
        with LocalPlace(tmp_path) as place:
            shell = ShellState(str(tmp_path), {"DOCKER_HOST": url})
            context = CheckContext(place, shell=shell, engines=engines)
            [finding] = judge(Single("any", ContainerCheck("any")), context)[1]
    assert finding.outcome is Outcome.FAILED
    assert "asked Podman" in finding.commands[0].output
