"""Containers and images that look right and are not: what each is found out by, and what cannot be found out."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from coursekit.checks import engine_kind, image, inside
from coursekit.checks.container import ContainerCheck
from coursekit.checks.context import CheckContext
from coursekit.checks.dialogue import DialogueCheck, Turn
from coursekit.checks.engine_kind import Demand
from coursekit.checks.image import ImageCheck
from coursekit.checks.judging import judge
from coursekit.checks.kind import Kind
from coursekit.model.check import Check, Inside, Single
from coursekit.model.shell_state import ShellState
from coursekit.model.verdict import CommandRecord, Finding, Outcome
from coursekit.shell.local import LocalPlace
from coursekit.shell.program import find_program
from coursekit.technologies.dockerfile import Instruction
from coursekit.technologies.engine import own, place
from coursekit.technologies.engine.connection import Engine, Engines
from tests.attacks import Attack, has_teeth, survived
from tests.engines import BUSYBOX, Daemon, Recorded, Things, docker, saved

pytestmark = pytest.mark.containers
DOCKERFILE = f'FROM {BUSYBOX}\nCOPY note.txt /note.txt\nRUN cat /note.txt >/copy\nCMD ["cat", "/copy"]\n'


@pytest.fixture(autouse=True)
def engine_here(things: Things) -> None:
    """Each attack makes its own things; without an engine there is nothing to attack."""


@contextmanager
def making(folder: Path) -> Iterator[Things]:
    things = Things()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "note.txt").write_text("the right note\n")
    try:
        yield things
    finally:
        things.clear()


def found(folder: Path, check: Kind | Check, shell: ShellState | None = None) -> Finding:
    with LocalPlace(folder) as here, Engines() as engines:
        context = CheckContext(here, shell=shell, engines=engines, ledger=Recorded(folder / "ledger.sqlite3"))
        return judge(check if isinstance(check, Inside) else Single("any", check), context)[1][0]


def outcome(folder: Path, check: Kind | Check) -> Outcome:
    return found(folder, check).outcome


def a_docker_in_the_students_path(folder: Path) -> None:
    """A program called docker that prints whatever a check could want to read."""
    program = folder / "bin" / "docker"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho \'[{"State": {"Status": "running"}}]\'; echo forged\n')
    program.chmod(0o755)
    with making(folder) as things, pytest.MonkeyPatch.context() as patch:
        container = things.container()
        patch.setenv("PATH", str(program.parent), prepend=":")
        assert outcome(folder, ContainerCheck("ckt-none", state="running")) is Outcome.FAILED
        talk = DialogueCheck("echo real", (Turn("forged"),))
        assert outcome(folder, Inside("container", container, Single("dialogue", talk))) is Outcome.FAILED


def the_students_path_is_searched(patch: pytest.MonkeyPatch) -> None:
    find = find_program
    patch.setattr(place, "find_program", lambda name: find(name, os.environ["PATH"]))


def another_image_under_the_right_name(folder: Path) -> None:
    """The container was made while the name belonged to another image: the record still shows the name."""
    with making(folder) as things:
        name = things.name()
        docker("tag", BUSYBOX, name)
        container = things.container(image=name)
        things.built(DOCKERFILE, name=name, note__txt="the right note\n")
        assert outcome(folder, ContainerCheck(container, image=name)) is Outcome.FAILED


def the_name_in_the_record_is_believed(patch: pytest.MonkeyPatch) -> None:
    def by_name(self: ContainerCheck, engine: Engine, record: Mapping[str, Any]) -> Demand:
        return Demand("", "", "" if record["Config"]["Image"] == self.image else "another")

    patch.setattr(ContainerCheck, "_of_its_image", by_name)


def a_container_that_was_renamed(folder: Path) -> None:
    """It bears the right name, and is another's."""
    with making(folder) as things:
        right = things.built(DOCKERFILE, note__txt="the right note\n")
        wrong = things.container()
        name = things.name()
        docker("rename", wrong, name)
        assert outcome(folder, ContainerCheck(name, state="running")) is Outcome.PASSED
        assert outcome(folder, ContainerCheck(name, image=right)) is Outcome.FAILED


def any_image_will_do(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ContainerCheck, "_of_its_image", lambda *_: Demand(""))


def an_image_that_was_only_given_the_name(folder: Path) -> None:
    """`docker tag` in place of `docker build`."""
    with making(folder) as things:
        name = things.name()
        docker("tag", BUSYBOX, name)
        assert outcome(folder, ImageCheck(name, dockerfile="Dockerfile")) is Outcome.FAILED
        assert outcome(folder, ImageCheck(name, base=BUSYBOX)) is Outcome.FAILED


def a_history_committed_by_hand(folder: Path) -> None:
    """`docker commit -c`: the right files and the right command, and no build."""
    with making(folder) as things:
        container = things.container("sh", "-c", "echo the right note >/note.txt; cat /note.txt >/copy; sleep 600")
        name = things.name()
        settings = 'CMD ["cat", "/copy"]'
        docker("commit", "--change", settings, "--message", "RUN cat /note.txt >/copy", container, name)
        assert outcome(folder, ImageCheck(name, files={"/note.txt": "note.txt"}, run="")) is Outcome.PASSED
        assert outcome(folder, ImageCheck(name, dockerfile="Dockerfile")) is Outcome.FAILED


def a_history_imported_with_its_settings(folder: Path) -> None:
    """`docker import -c`: all files of the right image, and no step."""
    with making(folder) as things:
        name = things.imported({"note.txt": b"the right note\n", "copy": b"the right note\n"}, 'CMD ["cat", "/copy"]')
        assert outcome(folder, ImageCheck(name, files={"/copy": "note.txt"})) is Outcome.PASSED
        assert outcome(folder, ImageCheck(name, dockerfile="Dockerfile")) is Outcome.FAILED


def the_history_is_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(image, "_first_missing", lambda *_: None)
    patch.setattr(ImageCheck, "_of_its_base", lambda *_: Demand(""))


def a_build_that_only_says_the_words(folder: Path) -> None:
    """Each line of the Dockerfile is printed by a step, and none is done."""
    with making(folder) as things:
        fake = 'FROM busybox:1.36\nCOPY note.txt /x\nRUN echo "cat /note.txt >/copy"\nCMD ["cat", "/copy"]\n'
        name = things.built(fake, note__txt="the right note\n")
        assert outcome(folder, ImageCheck(name, dockerfile="Dockerfile")) is Outcome.FAILED


def a_line_taken_away_after_the_build(folder: Path) -> None:
    """The Dockerfile was made shorter and not built again: what it says now is a part of what was done."""
    with making(folder) as things:
        built = DOCKERFILE.replace("RUN cat /note.txt >/copy", "RUN cat /note.txt >/copy && touch /more")
        name = things.built(built, note__txt="the right note\n")
        assert outcome(folder, ImageCheck(name, dockerfile="Dockerfile")) is Outcome.FAILED


def words_anywhere_in_a_step_will_do(patch: pytest.MonkeyPatch) -> None:
    def loosely(self: Instruction, step: str) -> bool:
        return self.rest in step.replace('" "', '", "') or self.word == "COPY"

    patch.setattr(Instruction, "made", loosely)


def a_history_that_was_written_by_hand(folder: Path) -> None:
    """`docker load` of an archive whose history was edited. No engine can tell: the files must.

    What is proven by the history alone falls to this; an exercise that asks for the files, or for what a run prints,
    does not.
    """
    with making(folder) as things:
        right = things.built(DOCKERFILE, note__txt="the right note\n")
        name = things.name()
        forge(BUSYBOX, name, docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", right).splitlines())
        check = ImageCheck(name, dockerfile="Dockerfile")
        assert outcome(folder, check) is Outcome.PASSED, "a history is only what an archive says"
        files = ImageCheck(name, dockerfile="Dockerfile", base=BUSYBOX, files={"/note.txt": "note.txt"})
        assert outcome(folder, files) is Outcome.FAILED
        assert outcome(folder, ImageCheck(name, run="", prints="the right note")) is Outcome.FAILED


def forge(of: str, name: str, steps: list[str]) -> None:
    """An image of another's layers, with these steps in its history above the other's, the newest first."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(saved(of))) as archive, tarfile.open(fileobj=out, mode="w") as forged:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        contents = {path: file.read() for path, file in files.items() if file is not None}
        [entry] = json.loads(contents["manifest.json"])
        config = json.loads(contents[entry["Config"]])
        config["history"] += [{"created_by": step, "empty_layer": True} for step in reversed(steps)]
        config["config"]["Cmd"] = ["cat", "/copy"]
        contents[entry["Config"]] = json.dumps(config).encode()
        contents["manifest.json"] = json.dumps([{**entry, "RepoTags": [f"{name}:latest"]}]).encode()
        del contents["repositories"]
        for path, content in contents.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            forged.addfile(member, io.BytesIO(content))
    docker("load", stdin=out.getvalue())


def files_are_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ImageCheck, "_of_its_files", lambda *_: iter(()))


def a_program_that_outlives_its_trial(folder: Path) -> None:
    """Ending the command line would leave the container running: it is ended by its number, and looked for."""
    with making(folder) as things, Engines() as engines:
        engine = engines.reach({})
        name = things.built(f'FROM {BUSYBOX}\nCMD ["sh", "-c", "trap \'\' TERM INT; sleep 500"]\n')
        kept = Recorded(folder / "ledger.sqlite3")
        with LocalPlace(folder) as here:
            deadline = CheckContext(here).deadline - 19.0
            context = CheckContext(here, engines=engines, ledger=kept, deadline=deadline)
            assert ImageCheck(name, run="").judge(context).outcome is Outcome.FAILED
        left = kept.left(engine)
        for container in left:
            docker("rm", "--force", container, check=False)
        assert not left


def nothing_is_removed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(own, "remove", lambda *_: 1)


ATTACKS = [
    Attack(a_docker_in_the_students_path, the_students_path_is_searched),
    Attack(another_image_under_the_right_name, the_name_in_the_record_is_believed),
    Attack(a_container_that_was_renamed, any_image_will_do),
    Attack(an_image_that_was_only_given_the_name, the_history_is_not_read),
    Attack(a_history_committed_by_hand, the_history_is_not_read),
    Attack(a_history_imported_with_its_settings, the_history_is_not_read),
    Attack(a_build_that_only_says_the_words, words_anywhere_in_a_step_will_do),
    Attack(a_line_taken_away_after_the_build, words_anywhere_in_a_step_will_do),
    Attack(a_history_that_was_written_by_hand, files_are_not_read),
    Attack(a_program_that_outlives_its_trial, nothing_is_removed),
]
attacks = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@attacks
def test_found_out(attack: Attack, tmp_path: Path) -> None:
    survived(attack, tmp_path)


@attacks
def test_the_second_fact_finds_it_out(attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has_teeth(attack, tmp_path, monkeypatch)


def test_which_engine_answered_is_in_the_evidence(
    things: Things, daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another engine may hold another container of that name. The verdict is advice, and says whom it asked."""
    name = things.name()
    docker("run", "--detach", "--init", "--name", name, BUSYBOX, "sleep", "600", host=daemon.host)
    elsewhere = ShellState(str(tmp_path), {"DOCKER_HOST": daemon.host})

    def told() -> list[str]:
        checks = [ContainerCheck(name, state="running"), ImageCheck(BUSYBOX)]
        findings = [found(tmp_path, check, elsewhere) for check in checks]
        findings.append(found(tmp_path, Inside("container", name, Single("any", ContainerCheck(name))), elsewhere))
        assert all(finding.outcome is Outcome.PASSED for finding in findings)
        return [finding.commands[0].output for finding in findings]

    assert all(f"at {daemon.host} (DOCKER_HOST)" in output for output in told())
    for module in (engine_kind, inside):
        monkeypatch.setattr(module, "asked_of", lambda *_: CommandRecord("inspect", 0, "asked the engine", 0.0))
    assert not any(daemon.host in output for output in told())
