"""Programs that deceive, wait, flood or refuse to end: what a place and a session make of them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from coursekit.shell import local, running, session, text, tree
from coursekit.shell.channel import LocalChannel
from coursekit.shell.local import LocalPlace
from coursekit.shell.place import Ending, Exchange, Limits
from coursekit.shell.running import Watch
from coursekit.shell.session import ShellSession
from coursekit.shell.text import HeadAndTail
from coursekit.shell.tree import Tree
from tests.attacks import Attack, has_teeth, survived


def forged_end_mark(folder: Path) -> None:
    """The command prints what it guesses the end mark to be, with exit status 0."""
    mark = "0" * 22
    with LocalPlace(folder) as place:
        done = place.session().run(f"printf '\\036%s:0:\\036' {mark}; exit_late() {{ return 3; }}; exit_late")
        assert done.exit_status == 3


def guessable_marks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session.secrets, "token_urlsafe", lambda size: "0" * 22)


class EchoingChannel(LocalChannel):
    """Gives back what was sent before what was answered, as a terminal with echo does."""

    _echo = b""

    def send(self, data: bytes) -> None:
        self._echo += data
        super().send(data)

    def receive(self, seconds: float) -> bytes | None:
        echo, self._echo = self._echo, b""
        return echo or super().receive(seconds)


def mark_in_an_echo(folder: Path) -> None:
    """What was sent comes back, marks and all."""
    shell = ShellSession(
        EchoingChannel(["/bin/bash", "--norc"], cwd=str(folder), environment={"PATH": "/usr/bin:/bin"})
    )
    try:
        done = shell.run("echo hi")
        assert done.ending is not Ending.EXITED or done.output.strip() == "hi"
    finally:
        shell.close()


def marks_sent_whole(patch: pytest.MonkeyPatch) -> None:
    framed = session._framed

    def whole(command: str, token: str) -> bytes:
        line = framed(command, token).decode()
        plain = f"printf '\x1e{token}<'"
        return line.replace(line[: line.index(";")], plain, 1).encode()

    patch.setattr(session, "_framed", whole)
    patch.setattr(session._Frame, "early", property(lambda _: b"", lambda *_: None), raising=False)


def speaking_out_of_turn(folder: Path) -> None:
    """A command leaves something in the background that prints into the answer of the next."""
    with LocalPlace(folder) as place:
        shell = place.session()
        shell.run("(sleep 1; echo ALL CHECKS PASSED) &")
        done = shell.run("sleep 2; echo fine")
        assert done.ending is not Ending.EXITED or done.output.strip() == "fine"


def background_unseen(patch: pytest.MonkeyPatch) -> None:
    framed = session._framed
    patch.setattr(session, "_framed", lambda *words: framed(*words).replace(b"$!", b"''"))


def shim_in_the_path(folder: Path) -> None:
    """A program of the student's stands in front of the real one."""
    shim = folder / "python3"
    shim.write_text("#!/bin/sh\necho forged\n")
    shim.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch, LocalPlace(folder) as place:
        patch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        assert place.run(["python3", "-c", "print(7)"]).output.strip() == "7"


def student_path_trusted(patch: pytest.MonkeyPatch) -> None:
    find = local.find_program
    patch.setattr(local, "find_program", lambda name: find(name, os.environ["PATH"]))


def functions_and_startup_files(folder: Path) -> None:
    """An exported function, BASH_ENV, PYTHONPATH and a home with rc files."""
    (folder / "evil.sh").write_text("true() { return 9; }; echo forged\n")
    (folder / "sitecustomize.py").write_text("print('forged')\n")
    (folder / ".bashrc").write_text("echo forged\n")
    with pytest.MonkeyPatch.context() as patch, LocalPlace(folder) as place:
        patch.setenv("BASH_ENV", str(folder / "evil.sh"))
        patch.setenv("BASH_FUNC_ls%%", "() { echo forged; }")
        patch.setenv("PYTHONPATH", str(folder))
        patch.setenv("HOME", str(folder))
        said = [
            place.session().run("ls /; true").output,
            place.run(["bash", "-c", "ls /"]).output,
            place.run(["python3", "-c", "print(1)"]).output,
        ]
        assert "forged" not in "".join(said)


def environment_passed_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LocalPlace, "_environment", lambda _: dict(os.environ))


def waits_for_input(folder: Path) -> None:
    """A program says something and waits: it is stopped, and what it waits for is named."""
    with LocalPlace(folder) as place:
        done = place.converse(
            ["bash", "-c", "read -p 'Password: ' word"],
            [Exchange("never said")],
            limits=Limits(seconds=8, silence=2),
        )
        assert done.ending is Ending.SILENT
        assert "Password:" in done.explanation


def silence_unnoticed(patch: pytest.MonkeyPatch) -> None:
    verdict = Watch.verdict

    def deaf(self: Watch, size: int) -> Ending | None:
        said = verdict(self, size)
        return None if said is Ending.SILENT else said

    patch.setattr(Watch, "verdict", deaf)


def floods(folder: Path) -> None:
    """`yes` prints without end; neither memory nor time follow."""
    tracemalloc.start()
    try:
        with LocalPlace(folder) as place:
            done = place.run(["yes"], limits=Limits(seconds=20, output=60_000_000))
        assert done.ending is Ending.FLOODED
        assert len(done.output) < 40_000
        assert tracemalloc.get_traced_memory()[1] < 15_000_000
    finally:
        tracemalloc.stop()


def all_output_kept(patch: pytest.MonkeyPatch) -> None:
    def keep(self: HeadAndTail, data: bytes) -> None:
        self.size += len(data)
        self._tail += data

    patch.setattr(HeadAndTail, "add", keep)


DAEMON = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
for kind in range(3):
    if os.fork() == 0:
        if kind:
            os.setsid()
            if os.fork():
                os._exit(0)
        os.environ.clear()
        open(f"pid-{kind}", "w").write(str(os.getpid()))
        if kind == 2:
            os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(60)
        os._exit(0)
while not all(os.path.exists(f"pid-{kind}") and open(f"pid-{kind}").read() for kind in range(3)):
    time.sleep(0.01)
"""


def leaves_daemons(folder: Path) -> None:
    """Children that ignore signals, detach themselves, or are stopped."""
    (folder / "daemon.py").write_text(DAEMON)
    with LocalPlace(folder) as place:
        done = place.run(["python3", "daemon.py"])
    pids = [int((folder / f"pid-{kind}").read_text()) for kind in range(3)]
    left = [pid for pid in pids if _lives(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert done.ok, done
    assert not left


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def only_the_group_is_stopped(patch: pytest.MonkeyPatch) -> None:
    def stop(self: Tree, *, patience: float = 0.3) -> list[int]:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._leader, signal.SIGTERM)
        return []

    patch.setattr(Tree, "stop", stop)


def paints_the_screen(folder: Path) -> None:
    """Control sequences, a title, bytes that are no text, and text that runs backwards."""
    rude = b"\\033[2J\\033]0;owned\\007\\303(\\0 \\342\\200\\256kcab\\n"
    with LocalPlace(folder) as place:
        shown = place.run(["printf", rude.decode()]).output
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown
    assert "kcab" in shown


def text_shown_as_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(text, "visible", lambda said: said)


@pytest.fixture(autouse=True)
def subreaper(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests run where a check does: in a process that takes in the orphans of what it started."""
    monkeypatch.setattr(tree, "_subreaper", sys.platform.startswith("linux"))


ATTACKS = [
    Attack(forged_end_mark, guessable_marks),
    Attack(mark_in_an_echo, marks_sent_whole),
    Attack(speaking_out_of_turn, background_unseen),
    Attack(shim_in_the_path, student_path_trusted),
    Attack(functions_and_startup_files, environment_passed_on),
    Attack(waits_for_input, silence_unnoticed),
    Attack(floods, all_output_kept),
    Attack(leaves_daemons, only_the_group_is_stopped),
    Attack(paints_the_screen, text_shown_as_it_is),
]
attacks = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@attacks
def test_survived(attack: Attack, tmp_path: Path) -> None:
    survived(attack, tmp_path)


@attacks
def test_the_defence_is_what_survives_it(attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has_teeth(attack, tmp_path, monkeypatch)


@pytest.fixture
def place(tmp_path: Path):  # type: ignore[no-untyped-def]
    with LocalPlace(tmp_path) as place:
        yield place


def test_a_session_keeps_its_folder_and_variables(place: LocalPlace) -> None:
    shell = place.session()
    shell.run("mkdir -p below && cd below && word=kept")
    done = shell.run("pwd; echo $word; exit_status() { return 4; }; exit_status")
    assert done.output.split() == [f"{place.root}/below", "kept"]
    assert done.exit_status == 4


def test_a_session_that_was_discarded_answers_no_more(place: LocalPlace) -> None:
    shell = place.session()
    assert shell.run("sleep 5", Limits(seconds=0.2)).ending is Ending.TIMED_OUT
    assert shell.run("echo hello").ending is Ending.LOST
    assert place.session().run("echo hello").output.strip() == "hello"


def test_a_shell_that_ends_itself_is_lost_not_passed(place: LocalPlace) -> None:
    done = place.session().run("exit 0")
    assert done.ending is Ending.LOST
    assert done.exit_status is None


def test_a_command_longer_than_a_terminal_line(place: LocalPlace) -> None:
    done = place.session().run("printf %s " + "x" * 20_000)
    assert len(done.output) == 20_000


def test_a_password_prompt_without_a_terminal_ends_at_once(place: LocalPlace) -> None:
    done = place.run(["bash", "-c", "read -p 'Password: ' word || exit 5"])
    assert done.exit_status == 5


def test_a_pager_does_not_wait(place: LocalPlace) -> None:
    done = place.run(["bash", "-c", "seq 500 | ${PAGER:-less}"])
    assert done.ok
    assert done.output.split()[-1] == "500"


def test_cancelling_ends_a_command_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    with LocalPlace(tmp_path, cancelled=lambda: time.monotonic() - began > 0.2) as place:
        assert place.run(["sleep", "30"]).ending is Ending.CANCELLED
        assert place.session().run("sleep 30").ending is Ending.CANCELLED
    assert time.monotonic() - began < 15


def test_what_it_left_in_the_background_does_not_hold_the_answer_up(place: LocalPlace) -> None:
    began = time.monotonic()
    done = place.run(["bash", "-c", "sleep 30 & echo done"])
    assert done.ok
    assert done.output.strip() == "done"
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["no-such-program"], "There is no program no-such-program."),
        (["./readable"], "may not be run"),
        (["./folder"], "may not be run"),
        (["./wrong-format"], "cannot be run"),
    ],
)
def test_a_program_that_cannot_start_is_explained(tmp_path: Path, argv: list[str], said: str) -> None:
    (tmp_path / "readable").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "wrong-format").write_bytes(b"\x7fNOTELF")
    (tmp_path / "wrong-format").chmod(0o755)
    with LocalPlace(tmp_path) as place:
        done = place.run(argv)
    assert done.ending is Ending.NOT_STARTED
    assert said in done.explanation


def test_a_workspace_that_is_gone_is_named(tmp_path: Path) -> None:
    with LocalPlace(tmp_path / "gone") as place:
        assert "is not there" in place.run(["ls"]).explanation


def test_reading_never_waits_for_a_pipe(place: LocalPlace) -> None:
    os.mkfifo(f"{place.root}/pipe")
    with pytest.raises(OSError, match="not a regular file"):
        place.read("pipe")


def test_a_conversation_types_what_is_asked_for(place: LocalPlace) -> None:
    script = "read -p 'Name? ' name; read -p 'Sure? ' sure; echo Hello $name $sure; exit 3"
    done = place.converse(["bash", "-c", script], [Exchange("Name", "Ada"), Exchange("Sure", "yes")])
    assert done.exit_status == 3
    assert "Hello Ada yes" in done.output


def test_a_conversation_that_ends_too_early_says_which_exchange_was_waited_for(place: LocalPlace) -> None:
    done = place.converse(["bash", "-c", "echo bye"], [Exchange("hello", "x")])
    assert "exchange 1" in done.explanation


def test_output_beyond_the_bound_keeps_head_and_tail(place: LocalPlace) -> None:
    done = place.run(["seq", "100000"])
    assert done.output.startswith("1\n2\n")
    assert done.output.endswith("99999\n100000\n")
    assert "bytes left out" in done.output


def test_one_endless_line_is_bounded(place: LocalPlace) -> None:
    done = place.run(["bash", "-c", "head -c 5000000 /dev/zero | tr '\\0' x"])
    assert done.ok
    assert len(done.output) < 40_000


def test_characters_split_between_reads_are_whole(place: LocalPlace) -> None:
    done = place.run(["bash", "-c", r"printf '\xc3'; sleep 0.2; printf '\xa9\n'"])
    assert done.output == "é\n"


def test_a_death_by_signal_has_the_status_that_a_shell_shows(place: LocalPlace) -> None:
    assert place.run(["bash", "-c", "kill -9 $$"]).exit_status == 137


def test_limits_say_how_long_it_took(place: LocalPlace) -> None:
    done = place.run(["bash", "-c", "echo waiting; sleep 9"], limits=Limits(seconds=2))
    assert done.ending is Ending.TIMED_OUT
    assert done.explanation == "It was stopped after 2 s. The last it said: “waiting”"
    assert running.explain(Ending.EXITED, Limits(), HeadAndTail(10)) == ""
