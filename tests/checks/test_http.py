"""The kind ``http``, on a real service in a real container; and who holds a port."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coursekit.checks.http import HttpCheck
from coursekit.model.verdict import Outcome
from coursekit.shell import ports
from coursekit.shell.program import find_program
from tests.checks.conftest import Look

Run = Callable[..., str]
IMAGE = "busybox:1.36"
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def run() -> Iterator[Run]:
    """Run a line of shell in a container whose port 80 leads out; gives its name."""
    names: list[str] = []

    def run(line: str, *options: str) -> str:
        names.append(f"coursekit-test-{secrets.token_hex(4)}")
        published = options or ("--publish", "127.0.0.1::80")
        docker("run", "--detach", "--init", "--name", names[-1], *published, IMAGE, "sh", "-c", line)
        return names[-1]

    try:
        docker("image", "inspect", IMAGE)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"needs a container engine with {IMAGE}")
    yield run
    if names:
        docker("rm", "--force", *names)


def test_a_service_that_is_still_starting_is_waited_for(look: Look, run: Run) -> None:
    web = run("echo hello >index.html; sleep 1; httpd -f")
    assert look(HttpCheck(web, 80, contains="hello")).outcome is PASSED


def test_a_service_whose_container_ends_is_not_waited_for_any_longer(look: Look, run: Run) -> None:
    web, began = run("sleep 0.5"), time.monotonic()
    finding = look(HttpCheck(web, 80))
    assert finding.outcome is FAILED
    assert "has ended" in finding.observed or "does not run" in finding.observed
    assert time.monotonic() - began < 4


def test_a_service_that_nobody_reaches_is_waited_for_once(look: Look, run: Run) -> None:
    web = run("httpd -f -p 127.0.0.1:80")
    assert "no answer" in look(HttpCheck(web, 80)).observed
    began = time.monotonic()
    assert "no answer" in look(HttpCheck(web, 80)).observed
    assert time.monotonic() - began < 4


def test_an_answer_is_told_as_a_person_reads_it(look: Look, run: Run) -> None:
    finding = look(HttpCheck(run("httpd -f"), 80, path="/nothing"))
    assert finding.observed.startswith("status 404:")
    assert "<" not in finding.observed


def test_it_is_said_who_holds_the_port(look: Look, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finding = look(HttpCheck("coursekit-test-nobody", 80, outside=port))
        assert f"port {port} is held by" in finding.observed
        assert f"(process {os.getpid()})" in finding.observed
    web = run("httpd -f")
    port = int(docker("port", web, "80").rpartition(":")[2])
    assert f"leads to the container `{web}`" in look(HttpCheck("coursekit-test-nobody", 80, outside=port)).observed


def test_where_there_is_no_proc_lsof_says_who_holds_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_program("lsof") is None:
        pytest.skip("needs lsof")
    monkeypatch.setattr(ports, "_TABLES", (Path("/nowhere"), Path("/nowhere")))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"(process {os.getpid()})" in ports.holder(port)
    assert ports.holder(port) == ""
