"""Small bundles, and web servers that give them: one that can begin in the middle of a file, and one that cannot."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import re
import sys
import textwrap
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from coursekit.__main__ import main
from coursekit.supplies.listener import Listener
from coursekit.supplies.manifest import NAME, BundleFile, Manifest
from coursekit.technologies.engine.connection import Engine, Engines
from tests.courses import TINY, make_course
from tests.engines import Daemon, Things, docker, until
from tests.supplies.halting import Halting, halting

REGISTRY = "registry:2"

EXERCISE = "exercises/venv/tiny/exercise.yaml"
Run = Callable[..., str]


def course_with(folder: Path, images: str = "", packages: str = "") -> Path:
    """The tiny course, its first exercise beginning with images (a list; their sources are all), and packages."""
    named = [name.strip(' "') for name in images.strip("[]").split(",") if name.strip()]
    listed = "".join(f"  {name}: [local, bundle, registry]\n" for name in named)
    keys = (f"images: {images}\n" if images else "") + (f"packages: {packages}\n" if packages else "")
    return make_course(
        folder,
        **{
            "labs/course.yaml": TINY["labs/course.yaml"] + (f"images:\n{listed}" if listed else ""),
            EXERCISE: textwrap.dedent(TINY[EXERCISE]).replace("steps:\n", f"{keys}steps:\n"),
        },
    )


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with a course; gives what it prints, and fails unless the exit code is the one expected."""

    def run(course: Path, *words: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["coursekit", "--course", str(course), *words])
        status = main()
        said = capsys.readouterr()
        assert status == code, said.out + said.err
        assert "Traceback" not in said.err
        return said.out + said.err

    return run


@dataclass
class Web:
    """A web server on this machine, and what it was asked."""

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range of each request."""
    ranges: bool = True
    breaks_after: int | None = None
    """Bytes after which the next answer breaks off, once."""
    stalls: str = ""
    """The path of a file of which only the first half comes, until ``go_on`` is set."""
    go_on: threading.Event = field(default_factory=threading.Event)
    instead: dict[str, bytes] = field(default_factory=dict)
    """What is given in place of a file the next time, by path."""


class Heard:
    """What a listener was told; cancels when a condition holds."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.shown: list[tuple[str, int, int]] = []
        self.stop_when: Callable[[], bool] = lambda: False
        self.listener = Listener(self.lines.append, self._show, lambda: self.stop_when())

    def _show(self, what: str, done: int, total: int) -> None:
        self.shown.append((what, done, total))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@contextlib.contextmanager
def engine_of(daemon: Daemon) -> Iterator[Engine]:
    """A second engine, asked as coursekit asks one."""
    with Engines(120) as engines:
        yield engines.reach({"DOCKER_HOST": daemon.host})


@pytest.fixture
def registry(things: Things) -> str:
    """A registry on this machine, in a container: its address."""
    container = things.name()
    docker("run", "--detach", "--name", container, "--publish", "127.0.0.1::5000", REGISTRY)
    address = docker("port", container, "5000").splitlines()[0]
    until(lambda: _answers(f"http://{address}/v2/"))
    return address


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture
def halt(engine: Engine, things: Things) -> Iterator[Halting]:
    """A registry that stops in the middle of its image."""
    with halting(engine.platform, things.name()) as registry:
        yield registry


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of two wheels that are none, for the tiny course."""
    bodies = {"one-1.0-py3-none-any.whl": b"1" * 700_000, "two-2.0-py3-none-any.whl": bytes(range(256)) * 4000}
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    files = []
    for name, body in bodies.items():
        (folder / "wheels" / name).write_bytes(body)
        digest = hashlib.sha256(body).hexdigest()
        files.append(BundleFile(f"wheels/{name}", digest, len(body), "wheel", ("one",)))
    manifest = Manifest("A tiny course", "1", ("one",), ("linux/amd64",), tuple(files))
    (folder / NAME).write_text(manifest.to_json())
    return folder


@pytest.fixture
def web(bundle: Path) -> Iterator[Web]:
    known = Web("")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            known.asked.append((self.path, asked))
            path = bundle / self.path.lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            body = known.instead.pop(self.path, None) or path.read_bytes()
            begin = int(re.findall(r"\d+", asked)[0]) if asked and known.ranges else 0
            self.send_response(206 if begin else 200)
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body) - begin))
            self.end_headers()
            rest = body[begin:]
            if known.breaks_after is not None and self.path != f"/{NAME}":
                rest, known.breaks_after = rest[: known.breaks_after], None
            half = len(rest) // 2
            self.wfile.write(rest[:half])
            if self.path == known.stalls:
                self.wfile.flush()
                known.go_on.wait(30)
            with contextlib.suppress(OSError):
                self.wfile.write(rest[half:])

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield known
        known.go_on.set()
        server.shutdown()
        thread.join()
