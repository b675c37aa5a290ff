"""``coursekit fetch``: what it says and leaves behind, from a bundle and without one."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from coursekit.errors import CourseError
from coursekit.supplies.folder import remove_others, require_place
from coursekit.supplies.manifest import read_manifest
from tests.engines import until
from tests.supplies.conftest import Run, Web, course_with
from tests.terminals import Terminal


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return course_with(tmp_path / "course", packages='["tabulate==0.9.0"]')


@pytest.fixture
def wheels(home: Path) -> Path:
    return home / ".coursekit" / "wheels"


@pytest.mark.parametrize("lab", ["one", "venv/tiny"])
@pytest.mark.parametrize("where", ["folder", "web"])
def test_from_a_bundle(run: Run, course: Path, bundle: Path, web: Web, wheels: Path, lab: str, where: str) -> None:
    place = web.url if where == "web" else str(bundle)
    said = run(course, "fetch", lab, "--from", place)
    assert f"packages: 2 wheels fetched (1.7 MB), 2 in {wheels}" in said
    assert "All that one needs is here." in said
    assert sorted(path.name for path in wheels.iterdir()) == ["one-1.0-py3-none-any.whl", "two-2.0-py3-none-any.whl"]
    assert "packages: 0 wheels fetched (0.0 MB), 2 in" in run(course, "fetch", lab, "--from", f"{place}/")


def test_progress_and_ctrl_c(run: Run, course: Path, web: Web, wheels: Path, home: Path, tmp_path: Path) -> None:
    """On a terminal a line says how far it is. Ctrl-C leaves what is whole, and what has come of the rest."""
    web.stalls = "/wheels/two-2.0-py3-none-any.whl"
    words = [sys.executable, "-m", "coursekit", "--course", str(course), "fetch", "one", "--from", web.url]
    part = wheels / "two-2.0-py3-none-any.whl.part"
    with Terminal(words, {"COURSEKIT_HOME": str(home), "HOME": str(tmp_path)}) as terminal:
        terminal.shows("packages: ", " MB of 1.7 MB")
        until(lambda: part.exists() and part.stat().st_size > 0)
        terminal.press("\x03")
        assert terminal.wait() == 130
        terminal.shows("Stopped.")
    assert sorted(path.name for path in wheels.iterdir()) == ["one-1.0-py3-none-any.whl", part.name]
    assert part.stat().st_size > 0
    web.go_on.set()
    run(course, "fetch", "one", "--from", web.url)
    assert web.asked[-1][1].startswith("bytes=")
    assert not part.exists()


def test_a_pipe_in_a_bundle_is_not_waited_for(run: Run, course: Path, bundle: Path) -> None:
    (bundle / "wheels" / "two-2.0-py3-none-any.whl").unlink()
    os.mkfifo(bundle / "wheels" / "two-2.0-py3-none-any.whl")
    assert "is no file" in run(course, "fetch", "one", "--from", str(bundle), code=4)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["fetch"], 2, "Missing argument"),
        (["fetch", "oen"], 2, "Did you mean `one`?"),
        (["fetch", "one", "--from", "ftp://x/y"], 2, "begins with http:// or https://"),
        (["fetch", "one", "--from", "/nowhere"], 4, "There is no bundle in /nowhere: bundle.json cannot be read"),
        (["fetch", "one", "--from", "http://127.0.0.1:9"], 4, "Connection refused"),
        (["class", "bundle"], 2, "--into"),
        (["class", "bundle", "--into", "x", "--for", "linux/amd46"], 2, "Did you mean `linux/amd64`?"),
        (["class", "bundle", "--into", "x", "oen"], 2, "Did you mean `one`?"),
    ],
)
def test_wrong_words(
    run: Run, course: Path, words: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in run(course, *words, code=code)
    assert not (tmp_path / "x").exists()


def test_a_bundle_for_something_else(run: Run, course: Path, bundle: Path) -> None:
    listed = bundle / "bundle.json"
    whole = json.loads(listed.read_text())
    listed.write_text(json.dumps(whole | {"course": "Knitting"}))
    assert "for another course: Knitting" in run(course, "fetch", "one", "--from", str(bundle), code=4)
    listed.write_text(json.dumps(whole | {"labs": ["two"]}))
    assert "has nothing for one; it is for two" in run(course, "fetch", "one", "--from", str(bundle), code=4)
    listed.write_text(json.dumps(whole | {"version": "0"}))
    assert "made for version 0 of the course; yours is 1" in run(course, "fetch", "one", "--from", str(bundle))


def test_a_damaged_bundle(run: Run, course: Path, bundle: Path, wheels: Path) -> None:
    (bundle / "wheels" / "two-2.0-py3-none-any.whl").write_bytes(b"spoilt")
    said = run(course, "fetch", "one", "--from", str(bundle), code=4)
    assert "two-2.0-py3-none-any.whl" in said
    assert [path.name for path in wheels.glob("*.whl")] == ["one-1.0-py3-none-any.whl"]


def test_a_list_that_breaks_off(run: Run, course: Path) -> None:
    """A server that sends it in chunks, and is gone in the middle."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b'9\r\n{"format"\r\n400\r\n: 1,')
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        said = run(course, "fetch", "one", "--from", f"http://127.0.0.1:{server.server_port}", code=4)
        thread.join()
    assert "bundle.json cannot be read (it broke off)" in said


def test_wheels_for_other_machines_stay_where_they_are(run: Run, course: Path, bundle: Path, wheels: Path) -> None:
    listed = bundle / "bundle.json"
    whole = json.loads(listed.read_text())
    whole["files"][0]["platform"] = "darwin/arm64" if sys.platform != "darwin" else "linux/arm64"
    listed.write_text(json.dumps(whole))
    run(course, "fetch", "one", "--from", str(bundle))
    assert [path.name for path in wheels.iterdir()] == ["two-2.0-py3-none-any.whl"]


def test_no_room(run: Run, course: Path, bundle: Path, wheels: Path) -> None:
    listed = bundle / "bundle.json"
    whole = json.loads(listed.read_text())
    whole["files"][0]["bytes"] = 99_000_000_000_000 // 1000
    listed.write_text(json.dumps(whole))
    said = run(course, "fetch", "one", "--from", str(bundle), code=4)
    assert "There is no room for what the labs need: it takes 99 GB." in said
    assert not wheels.exists()


def test_nothing_to_fetch(run: Run, tmp_path: Path) -> None:
    assert "needs nothing that has to be fetched" in run(course_with(tmp_path / "course"), "fetch", "one")


def test_no_network(run: Run, course: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    said = run(course, "fetch", "one", code=4)
    assert "The package index cannot be reached, so tabulate==0.9.0 was not fetched." in said
    assert "coursekit fetch LAB --from FOLDER" in said
    assert not any(wheels.glob("*"))


OFFLINE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}


@pytest.mark.network
def test_from_the_index_and_then_without_it(
    run: Run, tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = course_with(tmp_path / "both", packages='["tabulate==0.9.0", "tabulate==0.8.9"]')
    said = run(both, "fetch", "one")
    assert f"packages: 2 wheels in {wheels}" in said
    names = sorted(path.name for path in wheels.iterdir())
    assert names == ["tabulate-0.8.9-py3-none-any.whl", "tabulate-0.9.0-py3-none-any.whl"]
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    assert "All that one needs is here." in run(both, "fetch", "one")  # nobody is asked for what is here
    lacking = course_with(tmp_path / "lacking", packages='["tabulate==0.9.0", "tabulate==0.8.10"]')
    assert "cannot be reached, so tabulate==0.8.10" in run(lacking, "fetch", "one", code=4)


@pytest.mark.network
def test_a_package_without_a_wheel(run: Run, tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", packages='["tabulate==0.1.1.1.1"]')
    said = run(course, "fetch", "one", code=4)
    assert "There is no wheel of tabulate==0.1.1.1.1" in said


def test_what_has_no_wheel_keeps_nothing_else_away(
    run: Run, tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that nobody has comes first; another has a wheel for coursekit's Python, and none for the student's."""
    index, own = tmp_path / "index", f"cp3{sys.version_info.minor}"
    index.mkdir()
    names = [f"one-1-{own}-none-any.whl", "two-1-py3-none-any.whl"]
    for name in names:
        project = name.partition("-")[0]
        with zipfile.ZipFile(index / name, "w") as archive:
            archive.writestr(f"{project}-1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1\n")
            archive.writestr(f"{project}-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho 3.99\n")
    python.chmod(0o755)
    known = OFFLINE | {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
    }
    for variable, value in known.items():
        monkeypatch.setenv(variable, value)
    course = course_with(tmp_path / "course", packages='["none==1", "one==1", "two==1"]')
    said = run(course, "fetch", "one", code=4)
    assert f"packages: 2 wheels in {wheels}" in said
    assert said.count("There is no wheel of none==1") == 2
    assert said.count("There is no wheel of one==1") == 1
    assert "There is no wheel of one==1 and Python 3.99." in said
    assert sorted(path.name for path in wheels.iterdir()) == names


def test_no_engine(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    course = course_with(tmp_path / "course", images="[busybox:1.36]")
    said = run(course, "fetch", "one", code=3)
    assert "No container engine answers" in said
    run(course, "start", "venv/tiny")
    said = run(course, "class", "bundle", "--into", str(tmp_path / "new"), code=3)
    assert "No container engine answers" in said


def test_a_folder_that_is_somebodys(run: Run, course: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "letter.txt").touch()
    assert "letter.txt" in run(course, "class", "bundle", "--into", str(theirs), code=2)
    assert [path.name for path in theirs.iterdir()] == ["letter.txt"]
    assert "belongs to no bundle" in run(course, "class", "bundle", "--into", str(theirs / "letter.txt"), code=2)


@pytest.mark.parametrize("name", ["images/holiday.jpg", "wheels/notes/a.txt", "guest/notes.txt", "guest/ada/letter"])
def test_a_folder_whose_folders_are_called_as_in_a_bundle(run: Run, course: Path, tmp_path: Path, name: str) -> None:
    theirs = tmp_path / "theirs" / name
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    said = run(course, "class", "bundle", "--into", str(tmp_path / "theirs"), code=2)
    assert "holds something that belongs to no bundle" in said
    assert theirs.exists()


def test_only_what_is_of_a_bundle_is_removed(bundle: Path, tmp_path: Path) -> None:
    """What somebody puts there while a bundle is made stays; a link is nothing of a bundle's."""
    first, second = read_manifest((bundle / "bundle.json").read_bytes(), "").files
    require_place(bundle)
    (bundle / "images").mkdir()
    (bundle / "images" / "holiday.jpg").touch()
    remove_others(bundle, [first])
    left = [path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()]
    assert sorted(left) == ["bundle.json", "images/holiday.jpg", first.path]
    assert second.path not in left
    (bundle / "images" / "holiday.jpg").unlink()
    (bundle / "images").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (bundle / "images").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CourseError, match="belongs to no bundle: images"):
        require_place(bundle)


def test_clean_removes_what_was_fetched(run: Run, course: Path, bundle: Path, wheels: Path) -> None:
    run(course, "fetch", "one", "--from", str(bundle))
    assert json.loads(run(course, "clean", "--json"))["fetched"] == [{"path": str(wheels), "bytes": 1_724_000}]
    assert "1.7 MB, fetched for labs" in run(course, "clean", "--yes")
    assert not wheels.exists()
    assert "nothing to clean" in run(course, "clean")


def test_a_python_without_pip(run: Run, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "bare" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    monkeypatch.setattr(sys, "executable", str(bare))
    said = run(course, "fetch", "one", code=3)
    assert f"Give it one: {bare} -m ensurepip" in said


def test_a_bundle_for_other_platforms(run: Run, course: Path, bundle: Path) -> None:
    listed = bundle / "bundle.json"
    whole = json.loads(listed.read_text())
    other = "darwin/arm64" if sys.platform != "darwin" else "linux/arm64"
    listed.write_text(json.dumps(whole | {"platforms": [other]}))
    assert "packages with compiled parts may be missing" in run(course, "fetch", "one", "--from", str(bundle))


def test_a_folder_that_is_in_the_way(run: Run, course: Path, wheels: Path) -> None:
    wheels.parent.mkdir(parents=True)
    wheels.write_text("a file")
    assert "What was fetched cannot be kept in" in run(course, "fetch", "one", code=4)
