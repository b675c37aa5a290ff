"""The kinds container, image, volume, network, http, and `inside`, on real things: each setting holds, and does not."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from coursekit.checks.command import CommandCheck
from coursekit.checks.container import ContainerCheck, Mount
from coursekit.checks.context import CheckContext
from coursekit.checks.dialogue import DialogueCheck, Turn
from coursekit.checks.file import FileCheck
from coursekit.checks.http import HttpCheck
from coursekit.checks.image import ImageCheck, Reuse
from coursekit.checks.judging import judge, judge_step
from coursekit.checks.kind import Kind
from coursekit.checks.network import NetworkCheck
from coursekit.checks.volume import VolumeCheck
from coursekit.model.check import All, Inside, Not, Single
from coursekit.model.verdict import Finding, Outcome
from coursekit.shell.local import LocalPlace
from coursekit.technologies.engine.connection import Engines
from tests.checks.judged import judged, step
from tests.engines import BUSYBOX, Recorded, Things, docker, missing, push

pytestmark = pytest.mark.containers
PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR
DOCKERFILE = """\
FROM busybox:1.36
# what a student writes
ENV GREETING="hello there" MORE=1
WORKDIR /app
COPY note.txt other.txt /app/
RUN echo made >/app/made && \\
    cat note.txt >/app/copy
USER 65534
CMD ["cat", "/app/note.txt"]
"""


@dataclass(frozen=True)
class World:
    """Things that are made once and only looked at."""

    things: Things
    root: Path
    names: dict[str, str]

    def __getattr__(self, word: str) -> str:
        return self.names[word]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if why := missing():
        pytest.skip(why)
    things = Things()
    root = tmp_path_factory.mktemp("workspace")
    (root / "data").mkdir()
    (root / "note.txt").write_text("a note\n")
    (root / "other.txt").write_text("other\n")
    (root / "Dockerfile").write_text(DOCKERFILE)
    try:
        yield World(things, root, dict(_made(things, root)))
    finally:
        things.clear()


def _made(things: Things, root: Path) -> Iterator[tuple[str, str]]:
    network, volume = things.network("--internal"), things.volume(note="kept 42")
    yield from (("network", network), ("open", things.network()), ("volume", volume))
    limits = ("--memory", "64m", "--cpus", "0.5", "--pids-limit", "50", "--user", "65534")
    seen = ("--volume", f"{volume}:/kept", "--volume", f"{root}/data:/data:ro", "--tmpfs", "/scratch")
    serve = "cd /tmp; echo hello >index.html; echo started; httpd -f -p 8080"
    yield "full", things.container("sh", "-c", serve, options=(*limits, *seen, "--network", network))
    yield "plain", things.container()
    web = "cd /tmp; echo hello >index.html; httpd -f"
    yield "web", things.container("sh", "-c", web, options=("--publish", "127.0.0.1::80"))
    yield "ended", things.ended("sh", "-c", "echo out; printf 'bad\\033[31m' >&2; exit 3")
    yield "silent", things.ended("true", options=("--network", network))
    created, paused = things.name(), things.container()
    docker("create", "--name", created, BUSYBOX)
    docker("pause", paused)
    yield from (("created", created), ("paused", paused))
    yield "failing", things.container("false", options=("--restart", "always"))
    image = things.built(DOCKERFILE, note__txt="a note\n", other__txt="other\n")
    docker("tag", image, f"{image}:second")
    yield "image", image
    yield "cached", things.built(DOCKERFILE.replace('note.txt"]', 'made"]'), note__txt="a note\n", other__txt="other\n")
    again = DOCKERFILE.replace("echo made", "true && echo made")
    yield "anew", things.built(again, note__txt="a note\n", other__txt="other\n", options=("--no-cache",))


C, I, V, N, H = ContainerCheck, ImageCheck, VolumeCheck, NetworkCheck, HttpCheck  # noqa: E741
Make = Callable[[World], Kind]
CONTAINERS: list[tuple[Make, Outcome, str]] = [
    (lambda w: C(w.plain), PASSED, ""),
    (lambda w: C("ckt-none"), FAILED, "there is no container `ckt-none`"),
    (lambda w: C(w.plain, state="running"), PASSED, ""),
    (lambda w: C(w.plain, state="exited"), FAILED, "it runs"),
    (lambda w: C(w.plain, state="paused"), FAILED, "it runs"),
    (lambda w: C(w.ended, state="exited"), PASSED, ""),
    (lambda w: C(w.ended, state="running"), FAILED, r"it has ended, with exit status 3. The last it printed:\n.*"),
    (lambda w: C(w.silent, state="running"), FAILED, "it has ended, with exit status 0. It printed nothing."),
    (lambda w: C(w.created, state="created"), PASSED, ""),
    (lambda w: C(w.created, state="running"), FAILED, "it was made, but never started"),
    (lambda w: C(w.paused, state="paused"), PASSED, ""),
    (lambda w: C(w.paused, state="running"), FAILED, "it is paused"),
    (lambda w: C(w.failing, state="created"), FAILED, "it (runs|ends and is started again, over and over)"),
    (lambda w: C(w.plain, image=BUSYBOX), PASSED, ""),
    (lambda w: C(w.plain, image="python:3.11-slim"), FAILED, "it was made from busybox:1.36"),
    (lambda w: C(w.plain, image="ckt-none"), FAILED, "there is no image ckt-none here"),
    (lambda w: C(w.plain, command="^sleep 600$"), PASSED, ""),
    (lambda w: C(w.plain, command="^sleep 6$"), FAILED, "it runs `sleep 600`"),
    (lambda w: C(w.full, user="65534"), PASSED, ""),
    (lambda w: C(w.full, user="root"), FAILED, "it runs as 65534"),
    (lambda w: C(w.plain, user="65534"), FAILED, "it runs as root"),
    (lambda w: C(w.full, memory="64 MB"), PASSED, ""),
    (lambda w: C(w.full, memory="32 MB"), FAILED, "its limit is 64 MB"),
    (lambda w: C(w.plain, memory="64 MB"), FAILED, "it has no limit"),
    (lambda w: C(w.full, cpus=0.5), PASSED, ""),
    (lambda w: C(w.full, cpus=2), FAILED, "its limit is 0.5"),
    (lambda w: C(w.plain, cpus=0.5), FAILED, "it has no limit"),
    (lambda w: C(w.full, processes=50), PASSED, ""),
    (lambda w: C(w.full, processes=5), FAILED, "its limit is 50"),
    (lambda w: C(w.plain, processes=50), FAILED, "it has no limit"),
    (lambda w: C(w.web, publishes=80), PASSED, ""),
    (lambda w: C(w.web, publishes=81), FAILED, "a port of this machine leads to 80/tcp, and no other"),
    (lambda w: C(w.plain, publishes=80), FAILED, "no port of this machine leads into it"),
    (lambda w: C(w.full, network=w.network), PASSED, ""),
    (lambda w: C(w.full, network="bridge"), FAILED, "its networks are: .*"),
    (lambda w: C(w.full, mounts=(Mount("/kept", volume=w.volume),)), PASSED, ""),
    (lambda w: C(w.full, mounts=(Mount("/kept/", volume="other"),)), FAILED, ".* is mounted there"),
    (lambda w: C(w.full, mounts=(Mount("/kept", folder="data"),)), FAILED, ".* is mounted there"),
    (lambda w: C(w.full, mounts=(Mount("/kept", volume=w.volume, read_only=True),)), FAILED, "it can be written to"),
    (lambda w: C(w.full, mounts=(Mount("/data", folder="data", read_only=True),)), PASSED, ""),
    (lambda w: C(w.full, mounts=(Mount("/data", folder="./data/", read_only=False),)), FAILED, "it can only be read"),
    (lambda w: C(w.full, mounts=(Mount("/data", folder="."),)), FAILED, ".*/data is mounted there"),
    (
        lambda w: C(w.full, mounts=(Mount("/none", folder="data"),)),
        FAILED,
        "there is nothing mounted at /none; .*/kept.*",
    ),
    (lambda w: C(w.plain, mounts=(Mount("/none", folder="data"),)), FAILED, ".* mounted is nothing at all"),
    (lambda w: C(w.ended, exit=3), PASSED, ""),
    (lambda w: C(w.ended, exit=0), FAILED, "it has ended, with exit status 3. .*"),
    (lambda w: C(w.plain, exit=0), FAILED, "it runs"),
    (lambda w: C(w.ended, prints=("out", "bad")), PASSED, ""),
    (lambda w: C(w.ended, prints="good"), FAILED, ".*out.*"),
    (lambda w: C(w.silent, prints="good"), FAILED, "it has printed nothing"),
    (lambda w: C(w.full, prints="started"), PASSED, ""),
]
IMAGES: list[tuple[Make, Outcome, str]] = [
    (lambda w: I(w.image), PASSED, ""),
    (lambda w: I("ckt-none"), FAILED, "there is no image ckt-none"),
    (lambda w: I(w.image, dockerfile="Dockerfile"), PASSED, ""),
    (
        lambda w: I(w.cached, dockerfile="Dockerfile"),
        FAILED,
        "line 9 of Dockerfile is not in it: CMD .* built before.*",
    ),
    (lambda w: I(w.anew, dockerfile="Dockerfile"), FAILED, "line 6 of Dockerfile is not in it: RUN echo made .*"),
    (lambda w: I(BUSYBOX, dockerfile="Dockerfile"), FAILED, "line 3 of Dockerfile is not in it: ENV .*"),
    (lambda w: I(w.image, dockerfile="none"), FAILED, "there is no none"),
    (lambda w: I(w.image, dockerfile="note.txt"), FAILED, "line 1: `A` is no word that a builder knows.*"),
    (lambda w: I(w.image, base=BUSYBOX), PASSED, ""),
    (lambda w: I(w.image, base="python:3.11-slim"), FAILED, "it stands on another image"),
    (lambda w: I(w.image, base=f"{w.image}:second"), FAILED, "it is .* itself, under another name"),
    (lambda w: I(w.image, base="ckt-none"), FAILED, "there is no image ckt-none here.*"),
    (lambda w: I(w.image, files={"/app/note.txt": "note.txt", "/app/copy": "note.txt"}), PASSED, ""),
    (lambda w: I(w.image, files={"/app/note.txt": "other.txt"}), FAILED, "it is another file"),
    (lambda w: I(w.image, files={"/app/none": "note.txt"}), FAILED, "there is no file /app/none in it"),
    (lambda w: I(w.image, files={"/app/note.txt": "none"}), FAILED, "there is no none in your folder"),
    (lambda w: I(w.image, run="", prints="a note"), PASSED, ""),
    (lambda w: I(w.image, run="", prints="another"), FAILED, "a note"),
    (lambda w: I(w.image, run="id -u", prints="65534"), PASSED, ""),
    (lambda w: I(w.image, run="sh -c 'echo oh; exit 3'"), FAILED, "exit status 3, and it said: oh"),
    (lambda w: I(w.image, run="no-such-program"), FAILED, ".*no-such-program.*"),
    (lambda w: I(w.image, user="65534"), PASSED, ""),
    (lambda w: I(w.image, user="app"), FAILED, "it runs as 65534"),
    (lambda w: I(BUSYBOX, user="app"), FAILED, "it runs as root"),
    (lambda w: I(w.image, command="^cat /app/note"), PASSED, ""),
    (lambda w: I(w.image, command="^dog"), FAILED, "its command is `cat /app/note.txt`"),
    (lambda w: I(w.image, max_size="50 MB"), PASSED, ""),
    (lambda w: I(w.image, max_size="1 MB"), FAILED, "it takes 2 MB"),
    (lambda w: I(w.image, same_as=f"{w.image}:second"), PASSED, ""),
    (lambda w: I(w.image, same_as=w.cached), FAILED, "they are two images"),
    (lambda w: I(w.image, same_as="ckt-none"), FAILED, "there is no image ckt-none"),
    (lambda w: I(w.cached, reuses=Reuse(w.image, "echo made")), PASSED, ""),
    (lambda w: I(w.anew, reuses=Reuse(w.image, "echo made")), FAILED, "the (step was done again|two did).*"),
    (lambda w: I(w.cached, reuses=Reuse(w.image, "no such step")), FAILED, ".* has no such step"),
    (lambda w: I(w.image, reuses=Reuse(f"{w.image}:second", "echo made")), FAILED, ".* one and the same image"),
    (lambda w: I(w.image, reuses=Reuse("ckt-none", "echo made")), FAILED, "there is no image ckt-none"),
    (lambda w: I(w.image, pushed_to="localhost:1/x"), FAILED, "it has not been pushed there"),
]
OTHERS: list[tuple[Make, Outcome, str]] = [
    (lambda w: V(w.volume), PASSED, ""),
    (lambda w: V("ckt-none"), FAILED, "there is no volume ckt-none"),
    (lambda w: V(w.volume, file="note"), PASSED, ""),
    (lambda w: V(w.volume, file="none"), FAILED, "there is no none in the volume"),
    (lambda w: V(w.volume, file="note", contains="kept", matches=r"\d+$"), PASSED, ""),
    (lambda w: V(w.volume, file="note", contains=("kept", "lost")), FAILED, "kept 42"),
    (lambda w: V(w.volume, file="note", matches=r"^\d+$"), FAILED, "kept 42"),
    (lambda w: N(w.network), PASSED, ""),
    (lambda w: N("ckt-none"), FAILED, "there is no network ckt-none"),
    (lambda w: N(w.network, containers=w.full, internal=True), PASSED, ""),
    (lambda w: N(w.network, containers=(w.full, w.plain)), FAILED, "its networks are: bridge"),
    (lambda w: N(w.network, containers="ckt-none"), FAILED, "there is no container ckt-none"),
    (lambda w: N(w.network, containers=w.silent), FAILED, "the container .* does not run, and is on no network.*"),
    (lambda w: N(w.network, internal=False), FAILED, "it is cut off"),
    (lambda w: N(w.open, internal=True), FAILED, "it leads outside"),
    (lambda w: H(w.web, 80, contains="hello"), PASSED, ""),
    (lambda w: H(w.web, 80, path="/none", status=404), PASSED, ""),
    (lambda w: H(w.web, 80, path="/none"), FAILED, "status 404: .*"),
    (lambda w: H(w.web, 80, contains="bye"), FAILED, "hello"),
    (lambda w: H(w.web, 80, matches="^hello$"), PASSED, ""),
    (lambda w: H(w.web, 81), FAILED, "no port leads to it"),
    (lambda w: H(w.web, 80, outside=1), FAILED, r"port \d+ leads to it"),
    (lambda w: H(w.ended, 80), FAILED, "`.*` does not run"),
    (lambda w: H("ckt-none", 80), FAILED, "there is no container `ckt-none`"),
]


@pytest.mark.parametrize(("make", "outcome", "observed"), [*CONTAINERS, *IMAGES, *OTHERS])
def test_each_setting(world: World, tmp_path: Path, make: Make, outcome: Outcome, observed: str) -> None:
    check = make(world)
    finding = judged(world.root, check, ledger=tmp_path / "ledger.sqlite3")
    assert finding.outcome is outcome, finding
    assert re.fullmatch(observed, finding.observed, re.DOTALL), finding.observed
    assert "\x1b" not in finding.observed
    assert finding.claim
    assert outcome is PASSED or finding.expected
    assert re.match(r"asked Docker Engine \S+ at unix:///\S+ \(the default\), on ", finding.commands[0].output)
    assert check.denial()
    with Engines() as engines:
        assert not Recorded(tmp_path / "ledger.sqlite3").left(engines.reach({}))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ContainerCheck("x", memory="64"), "should be a size such as"),
        (lambda: ContainerCheck("x", command="("), "not a regular expression"),
        (lambda: Mount("/x"), "either `volume` or `folder`"),
        (lambda: Mount("/x", volume="x", folder="y"), "either `volume` or `folder`"),
        (lambda: ImageCheck("x", max_size="big"), "should be a size such as"),
        (lambda: ImageCheck("x", command="("), "not a regular expression"),
        (lambda: ImageCheck("x", reuses=Reuse("y", "(")), "not a regular expression"),
        (lambda: ImageCheck("x", prints="y"), "needs `run`"),
        (lambda: VolumeCheck("x", contains="y"), "need `file`"),
        (lambda: VolumeCheck("x", file="y", matches="("), "not a regular expression"),
        (lambda: HttpCheck("x", 80, matches="("), "not a regular expression"),
    ],
)
def test_settings_that_make_no_sense_are_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_two_containers_with_one_that_shares_its_name_and_network(things: Things, tmp_path: Path) -> None:
    """What shares another's network has its name; what shares the host's, the host's; neither is taken for forged."""
    first = things.container(options=("--hostname", "web.example.org"))
    second = things.container(options=("--network", f"container:{first}"))
    third = things.container(options=("--network", "host"))
    fourth = things.container(options=("--pid", f"container:{first}", "--user", "65534"))
    for name in (first, second, third, fourth):
        assert judged(tmp_path, ContainerCheck(name, state="running")).outcome is PASSED
    assert judged(tmp_path, ContainerCheck(fourth, user="65534")).outcome is PASSED


def test_a_limit_that_is_no_whole_page(things: Things, tmp_path: Path) -> None:
    """The kernel gives whole pages: what is felt inside differs a little from what was asked for."""
    name = things.container(options=("--memory", str(int(6.1 * (1 << 20)))))
    finding = judged(tmp_path, ContainerCheck(name, memory="6.1 MB"))
    assert finding.outcome is PASSED, finding


def test_a_folder_behind_a_link(things: Things, tmp_path: Path) -> None:
    (tmp_path / "real" / "data").mkdir(parents=True)
    (tmp_path / "home").symlink_to("real")
    name = things.container(options=("--volume", f"{tmp_path}/home/data:/data"))
    check = ContainerCheck(name, mounts=(Mount("/data", folder="data"),))
    assert judged(tmp_path / "real", check).outcome is PASSED
    assert judged(tmp_path / "home", check).outcome is PASSED


def test_pushed_to_a_registry(things: Things, tmp_path: Path) -> None:
    registry = things.name()
    docker("run", "--detach", "--name", registry, "--publish", "127.0.0.1::5000", "registry:2")
    port = docker("port", registry, "5000").rpartition(":")[2]
    assert judged(tmp_path, HttpCheck(registry, 5000, "/v2/")).outcome is PASSED
    image = things.built(f"FROM {BUSYBOX}\nLABEL made={things.word}\n")
    there = f"localhost:{port}/{image}"
    docker("tag", image, there)
    assert judged(tmp_path, ImageCheck(image, pushed_to=there)).outcome is FAILED
    push(there)
    assert judged(tmp_path, ImageCheck(image, pushed_to=there)).outcome is PASSED
    assert judged(tmp_path, ImageCheck(image, pushed_to=f"localhost:{port}/ckt")).outcome is FAILED


def test_a_port_that_another_program_holds_is_said_and_by_whom(things: Things, tmp_path: Path) -> None:
    """Docker makes the container all the same, and never starts it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        name = things.name()
        said = docker(
            "run", "--detach", "--name", name, "--publish", f"127.0.0.1:{port}:80", BUSYBOX, "sleep", "9", check=False
        )
        assert "in use" in said
        finding = judged(tmp_path, HttpCheck(name, 80, outside=port))
    assert finding.outcome is FAILED
    held = rf"`{name}` does not run; port {port} is held by \S+ \(process \d+\)"
    assert re.fullmatch(held, finding.observed), finding.observed


def test_a_service_that_needs_its_time_is_retried(things: Things, tmp_path: Path) -> None:
    name = things.container(
        "sh", "-c", "cd /tmp; httpd; sleep 0.7; echo late >f; sleep 600", options=("-p", "127.0.0.1::80")
    )
    check = step(Single("http", HttpCheck(name, 80, "/f", contains="late")), retry=10.0)
    with LocalPlace(tmp_path) as place, Engines() as engines:
        verdict = judge_step(check, CheckContext(place, engines=engines), (), {})
    assert verdict.passed, verdict


def inside(root: Path, container: str, *checks: Kind) -> tuple[Outcome, tuple[Finding, ...]]:
    with LocalPlace(root) as place, Engines() as engines:
        part = All(tuple(Single("any", check) for check in checks))
        return judge(Inside("container", container, part), CheckContext(place, engines=engines))


def test_inside(world: World) -> None:
    outcome, findings = inside(
        world.root,
        world.full,
        FileCheck("/tmp/index.html", contains="hello"),
        FileCheck("/kept/note", contains="kept 42"),
        FileCheck("/data", "folder"),
        CommandCheck("id -u", prints="65534"),
        DialogueCheck("cat", (Turn("", "word"), Turn("word", "\x04"))),
    )
    assert outcome is PASSED, findings
    assert findings[0].claim == f"in `{world.full}`: `/tmp/index.html` holds what it should"
    assert all("asked Docker Engine" in finding.commands[0].output for finding in findings)
    outcome, findings = inside(world.root, world.full, FileCheck("/none"), CommandCheck("cat /none"))
    assert outcome is FAILED
    assert [finding.outcome for finding in findings] == [FAILED, FAILED]
    assert "exit status 1" in findings[1].observed


def test_inside_one_that_does_not_run(world: World) -> None:
    assert inside(world.root, world.ended, FileCheck("/etc/passwd", contains="root:"))[0] is PASSED
    for name, said in ((world.ended, "does not run"), (world.paused, "is paused")):
        outcome, [finding] = inside(world.root, name, CommandCheck("true"))
        assert outcome is FAILED
        assert said in finding.observed
    outcome, [finding] = inside(world.root, "ckt-none", CommandCheck("true"))
    assert (outcome, finding.observed) == (FAILED, "there is no container `ckt-none`")


def test_not(world: World) -> None:
    with LocalPlace(world.root) as place, Engines() as engines:
        context = CheckContext(place, engines=engines)
        gone = judge(Not(Single("container", ContainerCheck("ckt-none"))), context)
        there = judge(Not(Single("container", ContainerCheck(world.plain, state="running"))), context)
    assert gone[0] is PASSED
    assert gone[1][0].claim == "there is no container `ckt-none`"
    assert there[0] is FAILED


def test_what_a_container_printed_is_shown_and_not_obeyed(world: World) -> None:
    finding = judged(world.root, ContainerCheck(world.ended, prints="good"))
    assert "\x1b" not in json.dumps(finding.observed, ensure_ascii=False)
    assert "bad" in finding.observed
