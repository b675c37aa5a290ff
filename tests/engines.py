"""A real container engine for tests: things under names of a test's own, which go with it, and engines of its own.

Others use the same engine at the same time: what is looked at are the things that the test has made, never whole lists.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import secrets
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from coursekit.progress.ledger import LABEL, Entry, Ledger
from coursekit.shell.program import find_program
from coursekit.technologies.engine.connection import Engine, Engines

BUSYBOX, PYTHON = "busybox:1.36", "python:3.11-slim"


def docker(*words: str, host: str = "", stdin: bytes = b"", check: bool = True) -> str:
    """What Docker's own command line prints: the peer by which coursekit is measured. Raises RuntimeError.

    No AssertionError, here and below: an engine that fails is no attack that worked.
    """
    known = {**os.environ, "DOCKER_BUILDKIT": "0", **({"DOCKER_HOST": host} if host else {})}
    program = str(find_program("docker") or "docker")  # whatever a test puts into the PATH
    done = subprocess.run([program, *words], input=stdin, capture_output=True, check=False, env=known)
    if check and done.returncode != 0:
        raise RuntimeError(f"docker {' '.join(words)}: {done.stderr.decode()}")
    return (done.stdout + (b"" if check else done.stderr)).decode().strip()


def push(name: str) -> None:
    """Push an image. A push that came to its end, and of which the engine never says so, is begun again."""
    command = [str(find_program("docker") or "docker"), "push", name]
    for _ in range(4):
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(command, capture_output=True, check=False, timeout=30)
            if done.returncode != 0:
                raise RuntimeError(f"docker push {name}: {done.stderr.decode()}")
            return
    raise RuntimeError(f"docker push {name} comes to no end")


@functools.cache
def buildkit_client() -> str:
    """The folder of a Docker client that builds with BuildKit, which a newer one does only with its plug-in buildx."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        with contextlib.suppress(OSError):
            known = {**os.environ, "DOCKER_BUILDKIT": "1"}
            asked = [f"{folder}/docker", "build", "--help"]
            if b"--progress" in subprocess.run(asked, env=known, capture_output=True, check=False).stdout:
                return folder
    return ""


@functools.cache
def missing() -> str:
    """Why there is no engine that tests can use; empty when there is one."""
    try:
        docker("image", "inspect", BUSYBOX, PYTHON)
    except (OSError, RuntimeError) as error:
        return f"no container engine with {BUSYBOX} and {PYTHON}, see .ci/containers: {error}"
    return ""


def until(holds: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a state. Raises TimeoutError when it does not come."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come to that within {seconds} s")
        time.sleep(0.01)


class Things:
    """Containers, images, volumes and networks of one test, all with its own word in their names."""

    def __init__(self) -> None:
        self.word = f"ckt-{secrets.token_hex(4)}"
        self._count = 0

    def name(self) -> str:
        self._count += 1
        return f"{self.word}-{self._count}"

    def container(self, *words: str, image: str = BUSYBOX, options: tuple[str, ...] = (), name: str = "") -> str:
        """One that has been started; left without words, it waits."""
        name = name or self.name()
        docker("run", "--detach", "--init", "--name", name, *options, image, *(words or ("sleep", "600")))
        return name

    def ended(self, *words: str, image: str = BUSYBOX, options: tuple[str, ...] = ()) -> str:
        name = self.container(*words, image=image, options=options)
        docker("wait", name)
        return name

    def built(self, dockerfile: str, name: str = "", options: tuple[str, ...] = (), **files: str) -> str:
        """An image by the older builder, from a folder with these files (two underscores stand for a dot)."""
        name = name or self.name()
        with tempfile.TemporaryDirectory() as folder:
            for file, text in {"Dockerfile": dockerfile, **files}.items():
                Path(folder, file.replace("__", ".")).write_text(text)
            docker("build", "--quiet", "--force-rm", "--tag", name, *options, folder)
        return name

    def imported(self, files: Mapping[str, bytes], *changes: str, name: str = "") -> str:
        """An image of these files alone, its history empty. Without a slash a file lies at the top."""
        name = name or self.name()
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path, content in files.items():
                member = tarfile.TarInfo(path)
                member.size, member.mode = len(content), 0o755
                archive.addfile(member, io.BytesIO(content))
        wanted = [word for change in changes for word in ("--change", change)]
        docker("import", *wanted, "-", name, stdin=packed.getvalue())
        return name

    def volume(self, **files: str) -> str:
        name = self.name()
        docker("volume", "create", name)
        for file, text in files.items():
            docker("run", "--rm", "--volume", f"{name}:/v", BUSYBOX, "sh", "-c", f"printf %s '{text}' >/v/{file}")
        return name

    def network(self, *options: str) -> str:
        name = self.name()
        docker("network", "create", *options, name)
        return name

    def clear(self) -> None:
        """Remove all of it, whoever gave it the name."""
        if self._count == 0:
            return
        mine = ("--filter", f"name={self.word}")
        if containers := docker("ps", "--all", "--quiet", *mine).split():
            docker("rm", "--force", "--volumes", *containers)
        listed = docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
        if images := [name for name in listed if self.word in name]:
            docker("rmi", "--force", *images)
        for kind in ("volume", "network"):
            if names := docker(kind, "ls", "--quiet", *mine).split():
                docker(kind, "rm", *names)


@functools.cache
def static_program() -> bytes:
    """A program that needs nothing else: busybox, which does what its name says."""
    container = docker("create", BUSYBOX)
    try:
        packed = subprocess.run(["docker", "cp", f"{container}:/bin/busybox", "-"], capture_output=True, check=True)
    finally:
        docker("rm", container)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        file = archive.extractfile("busybox")
        assert file is not None
        return file.read()


@functools.cache
def saved(image: str) -> bytes:
    """An image as an archive that another engine can load."""
    return subprocess.run(["docker", "save", image], capture_output=True, check=True).stdout


def commands_in(container: str) -> list[str]:
    """What runs in a container, by the engine's word; its init left out."""
    listed = docker("top", container, "-eo", "pid,args").splitlines()[1:]
    return [line.split(None, 1)[1] for line in listed if "docker-init" not in line]


class Recorded(Ledger):
    """A ledger that remembers every number that it has given."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.numbers: list[str] = []

    def enter(self, kind: str, endpoint: str, things: Sequence[tuple[str, str]] = ()) -> Entry:
        entry = super().enter(kind, endpoint, things)
        self.numbers.append(entry.number)
        return entry

    def left(self, engine: Engine) -> list[str]:
        """What bears one of the numbers still: entries, containers, volumes."""
        found = [f"entry {entry.number}" for entry in self.entries()]
        for number in self.numbers:
            found += engine.labelled(LABEL, number) + engine.labelled_volumes(LABEL, number)
        return found


class Daemon:
    """A second Docker engine, with nothing in it but busybox, and nothing of which the first one knows."""

    def __init__(self, folder: Path, room: str = "") -> None:
        """``room``: the size of its disk, such as ``50m``; left out, that of the machine's."""
        self.socket = folder / "docker.sock"
        self.host = f"unix://{self.socket}"
        kept = ("--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid")
        alone = ("--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false", "--shutdown-timeout=1")
        # In a network of its own: at its start a daemon without a bridge removes docker0, whosever it is.
        self._disk = folder / "data" if room else None
        if self._disk:
            self._disk.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "ckt", self._disk], check=True)
        self._command = ["unshare", "--net", "--mount", "dockerd", "--host", self.host, *map(str, kept), *alone]
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until(self._answers, 30)

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the second engine has ended: {self._log.read_text()[-2000:]}")
        return "API version" in docker("version", host=self.host, check=False).partition("Server:")[2]

    def stop(self) -> None:
        """End it, and what runs in it. It takes its socket away."""
        try:
            if self._process is not None:
                _end(self._process)
        finally:
            self._process = None
            if self._disk:
                subprocess.run(["umount", self._disk], check=True)
                self._disk = None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask an engine to end. One that does not is killed; raises TimeoutExpired then."""
    process.terminate()
    try:
        process.wait(20)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def things() -> Iterator[Things]:
    if why := missing():
        pytest.skip(why)
    made = Things()
    yield made
    made.clear()


@pytest.fixture
def buildkit(things: Things, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a student's `docker build`, and what runs in a rehearsal, builds with BuildKit."""
    folder = buildkit_client()
    if not folder:
        pytest.skip("no Docker client here builds with BuildKit")
    monkeypatch.setenv("PATH", folder, prepend=os.pathsep)
    monkeypatch.setenv("DOCKER_BUILDKIT", "1")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))  # where the client leaves a number of its own


@pytest.fixture
def engine(things: Things) -> Iterator[Engine]:
    with Engines() as engines:
        yield engines.reach({})


@pytest.fixture
def ledger(engine: Engine, tmp_path: Path) -> Iterator[Recorded]:
    """A ledger; what was entered in it must be gone at the end of the test."""
    recorded = Recorded(tmp_path / "ledger.sqlite3")
    yield recorded
    assert not recorded.left(engine)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder that everybody may enter, with a path that is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="ckt-", dir="/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextlib.contextmanager
def second_daemon(folder: Path, room: str = "") -> Iterator[Daemon]:
    """A Docker daemon of its own that has busybox, with so much room where given. Skips where it cannot be."""
    if os.geteuid() != 0:
        pytest.skip("only root can start a second Docker daemon")
    own = Daemon(folder, room=room)
    try:
        own.start()
        docker("load", host=own.host, stdin=saved(BUSYBOX))
        yield own
    finally:
        own.stop()


@pytest.fixture
def daemon(things: Things, short: Path) -> Iterator[Daemon]:
    with second_daemon(short) as own:
        yield own


@contextlib.contextmanager
def podman(folder: Path) -> Iterator[str]:
    """Podman's engine behind a socket, its images and containers in a folder; gives its URL. Skips where it cannot."""
    if os.geteuid() != 0:
        pytest.skip("only root can start an engine of its own")
    settings = folder / "containers.conf"  # limits that a test's own machine may forbid to raise
    limits = 'default_ulimits=["nofile=1024:1024", "nproc=1024:1024"]'
    settings.write_text(f'[containers]\n{limits}\n[engine]\nruntime="runc"\n')
    kept = ["--root", str(folder / "root"), "--runroot", str(folder / "run")]
    socket = folder / "podman.sock"
    command = ["podman", *kept, "system", "service", "--time=0", f"unix://{socket}"]
    try:
        process = subprocess.Popen(
            command,
            env={**os.environ, "CONTAINERS_CONF": str(settings)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        pytest.skip(f"no podman here: {error}")
    try:
        until(lambda: socket.exists() or process.poll() is not None)
        if process.poll() is not None:
            pytest.skip("podman cannot serve here")
        yield f"unix://{socket}"
    finally:
        try:
            _end(process)
        finally:
            for monitor in _started_in(folder):  # it stays for five minutes after a program that ran in a container
                os.kill(monitor, signal.SIGKILL)
            subprocess.run(["umount", folder / "root" / "overlay"], capture_output=True, check=False)


def _started_in(folder: Path) -> list[int]:
    """The processes whose command lines name a folder of a test's own."""
    found = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and f"{folder}/".encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found
