"""The student's own shell, in a real terminal: its marks come through whatever its rc files do."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coursekit.errors import CourseError
from coursekit.model.shell_state import ShellState
from coursekit.shell.marks import CommandBegan, Mark, MarkReader, MarkWatch, PromptShown
from coursekit.shell.program import find_program
from coursekit.shell.student import StudentShell, insertion, plan_student_shell, student_environment
from coursekit.shell.typist import Typist

Open = Callable[..., Typist]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def open_shell(tmp_path: Path, home: Path) -> Iterator[Open]:
    opened: list[Typist] = []

    def open_shell(name: str = "bash", rc: str = "", **environment: str) -> Typist:
        program = find_program(name)
        if program is None:
            pytest.skip(f"there is no {name} here")
        (home / f".{name}rc").write_text(rc)
        runtime = tmp_path / f"runtime-{len(opened)}"
        runtime.mkdir()
        work = home / "work folder"
        work.mkdir(exist_ok=True)
        known = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **environment}
        typist = Typist(plan_student_shell(work, known, runtime, str(program)))
        opened.append(typist)
        return typist

    yield open_shell
    for typist in opened:
        typist.close()


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_marks_tell_what_ran_how_it_ended_and_what_is_active(open_shell: Open, home: Path, name: str) -> None:
    shell = open_shell(name)
    assert shell.state.cwd == str(home / "work folder")
    assert shell.state.last_command == ""
    state = shell.type("false", 10)
    assert (state.last_command, state.last_status) == ("false", 1)
    state = shell.type("cd /; echo 'a;b' \\\\", 10)
    assert (state.cwd, state.last_status) == ("/", 0)
    assert state.last_command == "cd /; echo 'a;b' \\\\"
    state = shell.type("export VIRTUAL_ENV=/some/env PATH=/first:$PATH", 10)
    assert state.variables["VIRTUAL_ENV"] == "/some/env"
    assert state.variables["PATH"].startswith("/first:")
    assert shell.type("", 10).last_command == state.last_command
    unset = "set -e VIRTUAL_ENV" if name == "fish" else "unset VIRTUAL_ENV"
    assert "VIRTUAL_ENV" not in shell.type(unset, 10).variables


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_student_sees_nothing_of_ours(open_shell: Open, name: str) -> None:
    shell = open_shell(name, COURSEKIT_HOME="/x", TMUX="/tmp/tmux,1,0", VIRTUAL_ENV=sys.prefix)
    shell.type("env", 10)
    assert "coursekit" not in shell.output.lower()
    assert "ZDOTDIR" not in shell.output
    assert f"VIRTUAL_ENV={sys.prefix}" not in shell.output
    assert "TMUX" not in shell.output
    assert (
        os.path.join(sys.prefix, "bin") not in shell.state.variables["PATH"].split(":") or sys.prefix == sys.base_prefix
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_its_commands_ignore_no_signal_though_the_app_does(open_shell: Open) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup
    try:
        shell = open_shell()
    finally:
        signal.signal(signal.SIGHUP, before)
    shell.type("grep SigIgn /proc/self/status", 10)
    assert "SigIgn:\t0000000000000000" in shell.output


def test_our_environment_is_taken_out_of_the_path() -> None:
    own = os.path.join(sys.prefix, "bin")
    clean = student_environment({"PATH": f"{own}:/usr/bin", "VIRTUAL_ENV": sys.prefix, "PYTHONPATH": "/mine"})
    assert clean["PYTHONPATH"] == "/mine"
    if sys.prefix != sys.base_prefix:
        assert clean["PATH"] == "/usr/bin"
        assert "VIRTUAL_ENV" not in clean
    theirs = student_environment({"PATH": "/their/env/bin:/usr/bin", "VIRTUAL_ENV": "/their/env"})
    assert theirs["VIRTUAL_ENV"] == "/their/env"


@pytest.mark.parametrize(
    "rc",
    [
        "set -u",
        "PROMPT_COMMAND='echo from the rc'",
        "PROMPT_COMMAND=(true 'echo array')",
        "PS1='$(echo fancy) \\[\\e[32m\\]> '; PROMPT_COMMAND='PS1=\"new> \"'",
        "trap 'true' DEBUG",
        "HISTCONTROL=ignoreboth; shopt -s histappend; PROMPT_COMMAND='history -a'",
        "set -o vi",
        "PS0='starting '",
        '[ -z "$TMUX" ] && exec tmux',
        "precmd() { :; }; starship_precmd() { local s=$?; PS1='❯ '; return $s; }; PROMPT_COMMAND=starship_precmd",
        "unset PROMPT_COMMAND; export PATH=/opt/conda/bin:$PATH CONDA_DEFAULT_ENV=base CONDA_PREFIX=/opt/conda",
    ],
)
def test_marks_survive_bash_rc_files(open_shell: Open, rc: str) -> None:
    shell = open_shell("bash", rc)
    state = shell.type("(exit 7)", 10)
    assert (state.last_command, state.last_status) == ("(exit 7)", 7)
    state = shell.type("true", 10)
    assert (state.last_command, state.last_status) == ("true", 0)


@pytest.mark.parametrize(
    "rc",
    [
        "setopt prompt_subst nounset; PROMPT='$(echo x)> '",
        "autoload -Uz add-zsh-hook; hook() { false; }; add-zsh-hook precmd hook; add-zsh-hook preexec hook",
        "precmd() { print -n from the rc; }; preexec() { true; }",
        "[[ -z $TMUX ]] && exec tmux",
        "setopt ksh_arrays sh_word_split",
    ],
)
def test_marks_survive_zsh_rc_files(open_shell: Open, rc: str) -> None:
    shell = open_shell("zsh", rc)
    state = shell.type("(exit 7)", 10)
    assert (state.last_command, state.last_status) == ("(exit 7)", 7)


def test_zsh_knows_its_own_zdotdir(open_shell: Open, home: Path) -> None:
    (home / "zdot").mkdir()
    (home / "zdot" / ".zshrc").write_text("echo in $ZDOTDIR; MINE=yes")
    shell = open_shell("zsh", ZDOTDIR=str(home / "zdot"))
    shell.type("echo $ZDOTDIR $MINE", 10)
    assert f"{home}/zdot yes" in shell.output


def test_zsh_keeps_its_history_where_the_student_has_it(open_shell: Open, home: Path, tmp_path: Path) -> None:
    """Also on macOS, whose /etc/zshrc names a file in ZDOTDIR; it is played here."""
    shell = open_shell("zsh")
    [rc] = (tmp_path / "runtime-0").rglob(".zshrc")
    shell.type(f"HISTFILE='{rc.parent}/.zsh_history' ZDOTDIR='{rc.parent}'; . '{rc}'; echo its $HISTFILE", 10)
    assert f"its {home}/.zsh_history" in shell.output


def test_the_rc_file_is_read_once_and_source_keeps_the_marks(open_shell: Open) -> None:
    shell = open_shell("bash", "echo READ >> ~/read; alias ll='ls -l'; PS1='$ '")
    shell.type("cat ~/read; type ll", 10)
    assert shell.output.count("READ") == 1
    assert "ll is aliased" in shell.output
    assert shell.type("source ~/.bashrc", 10).last_status == 0
    assert shell.type("(exit 3)", 10).last_status == 3


@pytest.mark.parametrize(("name", "line"), [("bash", "exec bash"), ("bash", "bash --norc"), ("zsh", "exec zsh -f")])
def test_marks_come_back_when_they_are_lost(open_shell: Open, name: str, line: str) -> None:
    shell = open_shell(name)
    with pytest.raises(CourseError, match="went by without"):
        shell.type(line, 1.0)
    shell = open_shell(name)
    shell._shell.write(f"{line}\r{shell._shell.launch.integrate_again()}\r".encode())
    state = shell.type("(exit 5)", 10)
    while state.last_status != 5:
        state = shell._wait_for_prompt(10, "the prompt", after_command=True)
    assert shell.type("true", 10).last_status == 0


def test_a_pasted_block_of_commands_gives_a_mark_for_each(open_shell: Open) -> None:
    shell = open_shell("bash")
    shell._shell.write(b"cd /\rfalse\rcd /tmp\r")
    seen = [shell._wait_for_prompt(10, "a prompt", after_command=True) for _ in range(3)]
    assert [state.last_command for state in seen] == ["cd /", "false", "cd /tmp"]
    assert [state.cwd for state in seen] == ["/", "/", "/tmp"]


def test_control_c_at_the_prompt_and_in_a_command(open_shell: Open) -> None:
    shell = open_shell("bash")
    until(lambda: not termios.tcgetattr(shell._shell.fd)[3] & termios.ICANON)  # readline reads
    shell._shell.write(b"half a comm\x03")
    shell._wait_for_prompt(10, "a prompt", after_command=False)
    shell._shell.write(b"sleep 60\r")
    until(lambda: shell._shell.foreground == "sleep")
    shell._shell.write(b"\x03")
    assert shell._wait_for_prompt(10, "a prompt", after_command=True).last_status == 130


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


def test_a_snapshot_brings_back_variables_functions_and_folder(open_shell: Open, tmp_path: Path) -> None:
    shell = open_shell("bash")
    shell.type("x='a b'; export Y=1; f() { echo \"f $x\"; }; alias g='f g'; cd /usr; PS1='(env) $ '", 10)
    shell.snapshot(tmp_path / "kept")
    other = open_shell("bash")
    assert other.restore(tmp_path / "kept").cwd == "/usr"
    other.type('f; g; env | grep Y=; echo "$PS1"', 10)
    for text in ["f a b", "Y=1", "(env) $"]:
        assert text in other.output


def test_the_status_and_the_window_are_the_shells_own(open_shell: Open) -> None:
    shell = open_shell("bash")
    shell.type("true", 10)
    shell.type("(exit 9)", 10)
    shell.type("echo status $? && stty size && tty", 10)
    assert "status 9" in shell.output
    assert "50 200" in shell.output
    assert "/dev/pts/" in shell.output


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_marks_are_found_however_the_bytes_are_cut(size: int) -> None:
    said = (
        "before\x1b]633;C;n\x07out\x1b[31mput\x1b]0;title\x07\x1b]633;P;Cwd=/a\\x3bb\\\\;n\x07"
        "\x1b]633;P;Command=ls\\x0aé;n\x1b\\\x1b]633;D;2;n\x07\x1b]633;A;n\x07after\x1b]633;A;other\x07"
    ).encode()
    reader = MarkReader("n")
    screen, marks = b"", list[Mark]()
    for start in range(0, len(said), size):
        shown, found = reader.feed(said[start : start + size])
        screen += shown
        marks += found
    assert screen == b"beforeout\x1b[31mput\x1b]0;title\x07after"
    assert marks == [CommandBegan(), PromptShown(ShellState("/a;b\\", {}, "ls\né", 2), True)]


def test_a_forged_mark_is_not_obeyed_and_an_endless_one_is_passed_on() -> None:
    reader = MarkReader("right")
    assert reader.feed(b"\x1b]633;P;VIRTUAL_ENV=/x;wrong\x07\x1b]633;A;wrong\x07") == (b"", [])
    _, [mark] = reader.feed(b"\x1b]633;A;right\x07")
    assert isinstance(mark, PromptShown)
    assert mark.state.variables == {}
    endless = b"\x1b]633;" + b"x" * 100_000
    screen, _ = reader.feed(endless)
    assert screen == endless


def test_missing_marks_are_noticed() -> None:
    watch = MarkWatch()
    watch.entered(10.0)
    watch.heard(10.2)
    assert not watch.went_quiet(10.6)
    assert watch.went_quiet(10.8)
    assert not watch.went_quiet(20.0)
    assert not watch.missing
    watch.entered(30.0)
    assert watch.went_quiet(31.0)
    assert watch.missing
    watch.marked()
    assert not watch.missing


def test_a_program_that_is_no_shell_lacks_no_marks() -> None:
    watch = MarkWatch()
    for now in (10.0, 20.0, 30.0):
        watch.entered(now)
        assert watch.went_quiet(now + 1, in_a_shell=False)
    assert not watch.missing


@pytest.mark.parametrize("gone", ["runtime", "work"])
def test_a_shell_that_cannot_be_started_leaves_no_descriptor_open(tmp_path: Path, gone: str) -> None:
    for name in ("runtime", "work"):
        (tmp_path / name).mkdir()
    launch = plan_student_shell(tmp_path / "work", {"PATH": os.environ["PATH"]}, tmp_path / "runtime", "/bin/sh")
    shutil.rmtree(tmp_path / gone)
    before = os.listdir("/dev/fd")
    with pytest.raises((OSError, CourseError)):
        StudentShell(launch, 80, 24)
    assert os.listdir("/dev/fd") == before


def test_an_insertion_never_runs_and_holds_no_control_characters() -> None:
    assert insertion("ls -l\n", bracketed=False) == b"ls -l"
    assert insertion("a\rb\x1b[201~\x03c", bracketed=True) == b"\x1b[200~ab[201~c\x1b[201~"
