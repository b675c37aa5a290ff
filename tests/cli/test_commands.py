"""The command line as a student types it, also wrongly: what it says, and with which exit code."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.__main__ import main
from coursekit.progress.store import Store
from coursekit.shell import tree
from tests.courses import hold_slow, make_course, writing_end

Run = Callable[..., str]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course")


@pytest.fixture
def run(course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; gives what it prints, and fails unless the exit code is the one expected."""

    monkeypatch.setattr(tree, "_subreaper", False)  # what a command makes of this process ends with the test

    def run(*words: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["coursekit", "--course", str(course), *words])
        status = main()
        said = capsys.readouterr()
        assert status == code, said.out + said.err
        assert "Traceback" not in said.err
        return said.out + said.err

    return run


@pytest.fixture
def workspace(home: Path) -> Path:
    return home / "venv" / "tiny"


def test_a_whole_exercise(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "○" not in run("list")
    said = run("start", "venv/tiny")
    assert f"cd {workspace}" in said
    assert "Hello ada." in said
    said = run("check", code=1)
    assert said.index("Make it: not yet") < said.index("does not hold: `made` is a file") < said.index("found:")
    (workspace / "mad").touch()
    assert "try: You wrote mad, not made." in run("check", "first", code=1)
    (workspace / "made").touch()
    assert "Make it: passed, 4 points" in run("check", code=1)
    assert "1. This" in run("answer", "ask")
    assert "passed, 2 points" in run("answer", "ask", "2")
    (workspace / "again").touch()
    monkeypatch.chdir(workspace / "below")
    said = run("check")
    learned = "What ada makes stays made, as `ls` tells."
    assert f"All steps of venv/tiny have passed.\n{learned}\n7 of 7 points" in said
    assert "7 of 7 points." in run("status")


def test_an_answer_that_is_the_last_step_tells_what_was_learned(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("start", "venv/tiny")
    for name in ("made", "again"):
        (workspace / name).touch()
    monkeypatch.chdir(workspace / "below")
    assert "stays made" not in run("check", code=1)
    assert "stays made" in run("answer", "ask", "2")
    assert "stays made" not in run("answer", "ask", "2")


def test_the_first_answer_decides(run: Run) -> None:
    run("start", "venv/tiny")
    assert "Not this." in run("answer", "ask", "1", code=1)
    assert "passed" in run("answer", "ask", "So")
    status = json.loads(run("status", "--json"))
    [ask] = [step for step in status["steps"] if step["id"] == "ask"]
    assert (ask["achieved"], ask["points"]) == (True, 0)


def test_hints_say_their_price_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("start", "venv/tiny")
    assert "Look." in run("hint")
    assert "takes 1 point off" in run("hint", code=2)  # there is nobody to ask
    assert "Closer." in run("hint", "--yes")
    assert "open, 0 of 4 points, 2 hints opened" in run("status")


def test_a_page_is_read(run: Run) -> None:
    assert "Read [this], and `that`." in run("read", "one/reading")
    assert "Did you mean `one/reading`?" in run("read", "one/raeding", code=2)
    assert "one/reading: Something to read (read)" in run("list")


def test_json_for_programs(run: Run, workspace: Path) -> None:
    assert json.loads(run("list", "--json"))["labs"][0]["id"] == "one"
    started = json.loads(run("start", "venv/tiny", "--json"))
    assert (started["exercise"], started["workspace"]) == ("venv/tiny", str(workspace))
    assert (started["current"], started["values"]) == ("first", {"name": "ada"})
    checked = json.loads(run("check", "--json", code=1))
    assert checked["steps"]["first"]["outcome"] == "failed"
    assert checked["steps"]["ask"]["outcome"] == "skipped"
    assert isinstance(json.loads(run("doctor", "--json"))["tools"], list)
    assert json.loads(run("clean", "--json")) == {"copies": [], "fetched": [], "made": []}


def test_reset_keeps_a_copy(run: Run, workspace: Path, home: Path) -> None:
    run("start", "venv/tiny")
    (workspace / "made").write_text("my work")
    run("check", "first")
    said = run("reset", "--yes")
    assert not (workspace / "made").exists()
    [kept] = (home / ".coursekit" / "kept").iterdir()
    assert str(kept) in said.replace("\n", "")
    assert (kept / "made").read_text() == "my work"
    assert "0 of 7 points." in run("status")
    assert str(kept) in run("clean", "--yes").replace("\n", "")
    assert not kept.exists()


def test_a_kept_copy_that_cannot_be_removed_stops_nothing(
    run: Run, home: Path, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("start", "venv/tiny")
    kept = home / ".coursekit" / "kept"
    for name in ("a-copy", "of-root", "z-copy"):
        (kept / name).mkdir(parents=True)
    (kept / "link").symlink_to(course)
    (kept / "of-a-file").touch()
    remove = shutil.rmtree

    def refuses(path: Path) -> None:
        if path.name == "of-root":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        remove(path)

    monkeypatch.setattr(shutil, "rmtree", refuses)
    said = run("clean", "--yes", code=4)
    assert f"sudo rm -r {kept / 'of-root'}" in said
    assert [path.name for path in kept.iterdir()] == ["of-root"]
    assert (course / "labs").is_dir()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["chekc"], 2, "Did you mean `check`?"),
        (["start", "venv/tniy"], 2, "Did you mean `venv/tiny`?"),
        (["check", "venv/tiny"], 2, "You have not started venv/tiny yet."),
        (["hint", "venv/tiny"], 2, "coursekit start venv/tiny"),
        (["check"], 2, "coursekit start"),
        (["check", "--nonsense"], 2, "No such option"),
        (["author", "test", "venv/none"], 2, "There is no exercise 'venv/none'."),
    ],
)
def test_wrong_words(run: Run, words: list[str], code: int, said: str) -> None:
    assert said in run(*words, code=code)


def test_wrong_words_in_a_started_exercise(run: Run) -> None:
    run("start", "venv/tiny")
    assert "first, ask, last" in run("check", "frist", code=2)
    assert "has no step `²`" in run("check", "²", code=2)
    assert "That is not an answer to" in run("answer", "ask", "9", code=2)
    assert "asks no question" in run("answer", "first", "1", code=2)
    assert "characters" in run("answer", "ask", "x" * 20_001, code=2)


def test_every_mistake_in_the_course_is_listed(run: Run, course: Path) -> None:
    path = course / "exercises/venv/tiny/exercise.yaml"
    path.write_text(path.read_text().replace("points: 4", "pionts: 4").replace("id: last", "id: ask"))
    said = run("start", "venv/tiny", code=2)
    assert "exercises/venv/tiny/exercise.yaml:" in said
    assert "pionts" in said
    assert "ask" in said
    path.write_text("title: [")
    assert "exercises/venv/tiny/exercise.yaml:2:1: is not valid YAML" in run("list", code=2)


def test_a_course_that_is_none(run: Run, tmp_path: Path) -> None:
    assert "There is no course in" in run("--course", str(tmp_path), "list", code=2)


def test_a_workspace_that_is_gone_or_a_link(run: Run, workspace: Path) -> None:
    run("start", "venv/tiny")
    workspace.rename(workspace.with_name("moved"))
    said = run("check", code=2)
    assert "is gone" in said
    assert "coursekit reset venv/tiny" in said
    workspace.symlink_to("moved")
    assert "is a link" in run("check", code=2)


def test_a_home_that_cannot_be_written(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("COURSEKIT_HOME", str(blocked / "home"))
    said = run("start", "venv/tiny", code=4)
    assert "COURSEKIT_HOME" in said


def test_a_full_disk(run: Run, workspace: Path, home: Path) -> None:
    """A file system that takes no more: what was there is still there."""
    run("start", "venv/tiny")
    (workspace / "made").touch()
    # a limit on the size of files is to SQLite what a full disk is
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "from coursekit.__main__ import main; sys.exit(main())"
    )
    where = ["--course", str(workspace.parents[2] / "course")]
    words = [sys.executable, "-c", code, *where, "check", "venv/tiny", "first"]
    done = subprocess.run(words, env={**os.environ, "COURSEKIT_HOME": str(home)}, capture_output=True, text=True)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "Nothing was lost" in done.stderr
    assert "Traceback" not in done.stderr
    assert "passed, 4 points" in run("check", "first")


def test_interrupting_a_check(course: Path, home: Path, run: Run) -> None:
    run("start", "venv/slow")
    words = [sys.executable, "-m", "coursekit", "--course", str(course), "check", "venv/slow"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not _runs("sleep\x0047"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, out + err
    assert "Traceback" not in err
    assert not _runs("sleep\x0047")


def test_a_check_during_a_reset_does_not_count(course: Path, home: Path, run: Run) -> None:
    hold_slow(course)
    run("start", "venv/slow")
    gate = home / "venv/slow/gate"
    os.mkfifo(gate)
    words = [sys.executable, "-m", "coursekit", "--course", str(course), "check", "venv/slow"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while (held := writing_end(gate)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    run("reset", "venv/slow", "--yes")
    os.close(held)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 4, out + err
    assert "begun anew while it was being checked" in err
    assert "0 of 1 point" in run("status", "venv/slow")


def _runs(command: str) -> bool:
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if Path(f"/proc/{name}/cmdline").read_text().find(command) >= 0:
                return True
        except OSError:
            continue
    return False


def test_no_colour_unless_wanted(course: Path, home: Path) -> None:
    for extra in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
        words = [sys.executable, "-m", "coursekit", "--course", str(course), "list"]
        done = subprocess.run(words, env={**os.environ, **extra}, capture_output=True, text=True)
        assert "\x1b" not in done.stdout


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {}])
def test_the_app_without_a_terminal_says_what_to_do(environment: dict[str, str], home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "coursekit"], env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "coursekit --help" in done.stderr


def test_a_reader_that_goes_away(course: Path) -> None:
    command = f"{sys.executable} -m coursekit --course {course} list | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""


def test_rude_text_is_shown_and_not_obeyed(run: Run, workspace: Path) -> None:
    run("start", "venv/tiny")
    (workspace / "\x1b[2J[red]").touch()
    (workspace / "made").mkdir()
    said = run("check", "first", code=1)
    assert "\x1b" not in said


def test_names_and_answers_that_are_no_utf8(run: Run, course: Path, home: Path) -> None:
    exercise = course / "exercises/venv/tiny/exercise.yaml"
    exercise.write_text(exercise.read_text().replace("check: {file: made}", "check: {venv: env}"))
    run("start", "venv/tiny")
    with open(os.fsencode(home / "venv/tiny") + b"/caf\xe9.txt", "w"):
        pass
    assert "caf\\udce9.txt" in run("check", "first", code=1)
    assert "caf\udce9.txt" in json.loads(run("check", "--json", code=1))["steps"]["first"]["findings"][0]["observed"]
    run("start", "venv/asking")
    assert "passed" in run("answer", "essay", "It is because of caf\udce9")
    with Store.open(home / ".coursekit/progress.sqlite3") as store:
        assert [event.detail["answer"] for event in store.events("venv/asking")[1:2]] == ["It is because of caf\udce9"]
        assert store.verify() == []


def test_the_shell_command_opens_the_students_shell(course: Path, home: Path) -> None:
    from tests.terminals import Terminal

    words = [sys.executable, "-m", "coursekit", "--course", str(course), "shell", "venv/tiny"]
    known = {"COURSEKIT_HOME": str(home), "HOME": str(home.parent), "SHELL": "/bin/bash"}
    with Terminal(words, known) as terminal:
        terminal.shows("venv/tiny")
        terminal.press("echo in-$PWD; exit", "Enter")
        terminal.shows(f"in-{home}"[:60])
        assert terminal.wait() == 0
