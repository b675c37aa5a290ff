"""Docker and Podman: whether they are here, whether a daemon answers, and what mends it where not."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.shell.local import LocalPlace
from coursekit.technologies.container import (
    Daemon,
    docker_fault,
    finders,
    knock,
    podman_fault,
    sockets,
    start_command,
)
from coursekit.technologies.contract import Tool
from coursekit.technologies.system import System
from tests.technologies.conftest import Answering

DEBIAN = System("Debian GNU/Linux 12", "Linux", "x86_64", "apt", systemd=True)
WSL = System("Ubuntu 24.04 in WSL2", "Linux", "x86_64", "apt", wsl=True)
MACOS = System("macOS 15.1", "Darwin", "arm64", "brew")
NOBODY = 65534


def find(place: LocalPlace, path: Path | str) -> dict[str, Tool]:
    return {tool.name: tool for tool in (finder(place, str(path)) for finder in finders())}


def real_version(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"no {name} here")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\d+\.\d+\.\d+", said)
    assert match
    return match[0]


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody may enter, with a path that is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="knock-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_nothing(place: LocalPlace, tmp_path: Path) -> None:
    tools = find(place, tmp_path)
    assert [tool.why_not for tool in tools.values()] == ["not found", "not found"]
    assert {tool.serves for tool in tools.values()} == {"containers"}
    assert all(tool.install for tool in tools.values())


def test_the_real_docker(place: LocalPlace) -> None:
    version = real_version("docker")
    tool = find(place, os.environ["PATH"])["docker"]
    assert tool.version.startswith(version)
    assert tool.usable == (knock(sockets()) is Daemon.ANSWERS) or "podman" in tool.version


def test_the_real_podman(place: LocalPlace) -> None:
    version = real_version("podman")
    assert find(place, os.environ["PATH"])["podman"].version == version


def test_podman_in_the_place_of_docker(place: LocalPlace, tmp_path: Path, answering: Answering) -> None:
    answering(
        tmp_path / "docker", "Emulate Docker CLI using podman. Create /etc/containers/nodocker.\npodman version 4.9.3"
    )
    assert find(place, tmp_path)["docker"].version == "4.9.3 (podman)"


def test_a_client_that_does_not_answer(place: LocalPlace, tmp_path: Path) -> None:
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\necho The command docker could not be found in this WSL 2 distro.\nexit 1\n")
    client.chmod(0o755)
    assert find(place, tmp_path)["docker"].why_not == "does not answer"


def test_a_knock(folder: Path) -> None:
    nothing, stale, open_ = folder / "nothing", folder / "stale", folder / "open"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(stale))
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(open_))
        daemon.listen()
        assert knock([nothing, stale]) is Daemon.SILENT
        assert knock([nothing, stale, open_]) is Daemon.ANSWERS
        assert knock([folder / ("x" * 200)]) is Daemon.SILENT


def test_a_knock_by_somebody_else(folder: Path) -> None:
    path = folder / "socket"
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(path))
        daemon.listen()
        path.chmod(0)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)  # root may connect to every socket
        try:
            assert knock([path]) is Daemon.FORBIDDEN
        finally:
            os.seteuid(os.getuid())


def test_what_is_said_of_each_state() -> None:
    client = Path("/usr/bin/docker")
    assert docker_fault(Daemon.ANSWERS, DEBIAN, client) is None
    forbidden = docker_fault(Daemon.FORBIDDEN, DEBIAN, client)
    assert forbidden is not None
    assert "group `docker`" in forbidden.why_not
    silent = docker_fault(Daemon.SILENT, DEBIAN, client)
    assert silent is not None
    assert silent.why_not in ("its daemon does not run", "only its client is here, and no daemon")
    assert silent.mend


@pytest.mark.parametrize(
    ("system", "client", "files", "command"),
    [
        (DEBIAN, "/usr/bin/docker", ["usr/bin/dockerd"], "sudo systemctl start docker"),
        (WSL, "/usr/bin/docker", ["usr/bin/dockerd", "etc/init.d/docker"], "sudo service docker start"),
        (WSL, "/usr/bin/docker", ["usr/sbin/dockerd"], "sudo dockerd"),
        (WSL, "/mnt/wsl/docker-desktop/cli-tools/usr/bin/docker", [], "start Docker Desktop on Windows"),
        (DEBIAN, "/snap/bin/docker", [], "sudo snap start docker"),
        (DEBIAN, "/home/me/bin/docker", ["home/.config/systemd/user/docker.service"], "systemctl --user start docker"),
        (DEBIAN, "/usr/bin/docker", ["home/.docker/desktop/vms"], "systemctl --user start docker-desktop"),
        (DEBIAN, "/usr/bin/docker", [], ""),
        (MACOS, "/usr/local/bin/docker", [], "open -a Docker"),
        (MACOS, "/usr/local/bin/docker", ["Applications/OrbStack.app"], "open -a OrbStack"),
    ],
)
def test_what_starts_a_daemon(tmp_path: Path, system: System, client: str, files: list[str], command: str) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert start_command(system, Path(client), tmp_path, tmp_path / "home") == command


def test_podman_without_root(tmp_path: Path, answering: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    account = str(os.getuid())
    (tmp_path / "etc").mkdir()
    answering(tmp_path / "bin/newuidmap", "")
    fault = podman_fault(DEBIAN, tmp_path, str(tmp_path / "bin"))
    assert fault is not None
    assert "no range of user ids" in fault.why_not
    assert fault.mend.startswith("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ")
    (tmp_path / "etc/nsswitch.conf").write_text("passwd: files\nsubid: sss\n")
    assert podman_fault(DEBIAN, tmp_path, str(tmp_path / "bin")) is None
    (tmp_path / "etc/nsswitch.conf").write_text("passwd: files\n")
    (tmp_path / "etc/subuid").write_text(f"somebody:100000:65536\n{account}:165536:65536\n")
    assert podman_fault(DEBIAN, tmp_path, str(tmp_path / "bin")) is None
    if shutil.which("newuidmap", path="/usr/bin:/bin:/usr/local/bin") is None:
        fault = podman_fault(DEBIAN, tmp_path, "/nowhere")
        assert fault is not None
        assert (fault.why_not, fault.mend) == (
            "cannot run without root: newuidmap is missing",
            "sudo apt install uidmap",
        )
