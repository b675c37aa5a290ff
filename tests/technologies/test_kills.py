"""Killed 200 times at random moments: after the sweeps nothing of coursekit's own is left, all else is unharmed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from coursekit.progress.ledger import LABEL, Ledger
from coursekit.technologies.engine import own
from coursekit.technologies.engine.connection import Engine, Engines
from coursekit.technologies.engine.own import sweep
from tests.engines import BUSYBOX, Recorded, Things, docker, until

pytestmark = [pytest.mark.containers, pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent.parent


class Decoys:
    """Fifty things of somebody else's that look like ours: by image, by label, by name, by another ledger."""

    def __init__(self, engine: Engine, things: Things, image: str, other: Recorded) -> None:
        self._engine, self._image = engine, image
        self._words = things
        labels: list[dict[str, str]] = [
            *({LABEL: f"{number:032x}"} for number in range(15)),
            *({LABEL: ""} for _ in range(5)),
            *({f"{LABEL}.other": f"{number:032x}"} for number in range(5)),
            *({LABEL: other.enter("container", engine.endpoint.url).number} for _ in range(5)),
            *({} for _ in range(8)),
        ]
        for entry in other.entries():
            other.abandon(entry)
        self.containers = [self._created(label) for label in labels]
        self.containers += [things.container(image=image) for _ in range(6)]
        self.volumes = [self._volume({LABEL: "0" * 32}), self._volume({LABEL: ""}), *(self._volume({}) for _ in "1234")]
        self.before = self.look()

    def _created(self, labels: dict[str, str]) -> str:
        created = self._engine._api.create_container(self._image, ["true"], labels=labels, name=self._words.name())
        return str(created["Id"])

    def _volume(self, labels: dict[str, str]) -> str:
        return str(self._engine._api.create_volume(self._words.name(), labels=labels)["Name"])

    def look(self) -> list[Any]:
        """What the engine says of each of them."""
        containers = [self._engine.container(name) for name in self.containers]
        seen: list[Any] = [record and (record["Id"], record["State"], record["Name"]) for record in containers]
        volumes = [self._engine.volume(name) for name in self.volumes]
        return seen + [record and (record["Name"], record["CreatedAt"]) for record in volumes]

    @property
    def unharmed(self) -> int:
        return sum(then == now is not None for then, now in zip(self.before, self.look(), strict=True))


@pytest.fixture
def image(things: Things) -> str:
    """An image of the test's own, by which everything that was made from it is found."""
    return things.built(f"FROM {BUSYBOX}\nLABEL made={things.word}\n")


@pytest.fixture
def decoys(engine: Engine, things: Things, image: str, tmp_path: Path) -> Decoys:
    return Decoys(engine, things, image, Recorded(tmp_path / "other.sqlite3"))


def killed(path: Path, image: str, word: str, kills: int, defence: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.technologies.killing", str(path), image, word, str(kills), defence]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report | {"words": done.stderr}


def ours(engine: Engine, image: str, word: str, decoys: Decoys) -> list[str]:
    """What was made from the image, or under the word, and is no decoy."""
    record = engine.image(image)
    assert record is not None
    containers = set(docker("ps", "--all", "--quiet", "--no-trunc", "--filter", f"ancestor={record['Id']}").split())
    mine = {found["Id"] for name in decoys.containers if (found := engine.container(name))}
    return sorted(containers - mine) + docker("volume", "ls", "--quiet", "--filter", f"name={word}").split()


def test_two_hundred_kills(
    engine: Engine,
    things: Things,
    image: str,
    decoys: Decoys,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, word = tmp_path / "ledger.sqlite3", f"{things.word}-made"
    assert (len(decoys.before), decoys.unharmed) == (50, 50)
    report = killed(path, image, word, 200, "defended")
    entries, left = len(Ledger(path).abandoned()), len(ours(engine, image, word, decoys))
    monkeypatch.setattr(own, "_STILL_MAKING", 5.0)
    with Engines() as engines:
        swept = sweep(path, engines)
        until(lambda: not Ledger(path).entries() or sweep(path, engines) > 999, 30)
    after = ours(engine, image, word, decoys)
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {report['kills']} kills in {report['seconds']:.0f} s; two sweeps meanwhile removed "
            f"{report['swept meanwhile']}, then {entries} entries and {left} things were left; the last sweep removed "
            f"{swept}; now left: {len(after)}; unharmed: {decoys.unharmed} of {len(decoys.before)} decoys, "
            f"{report['looks'] - len(report['disturbed'])} of {report['looks']} looks of one that lived on\n"
        )
    assert report["kills"] == 200
    assert not report["early"], report["words"]
    assert not report["disturbed"]
    assert sum(report["swept meanwhile"]) + swept > 20, "they were killed in the middle of something"
    assert not after
    assert decoys.unharmed == 50


def test_without_the_entries_things_are_left(
    engine: Engine, things: Things, image: str, decoys: Decoys, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same, but nothing is entered before it is made."""
    path, word = tmp_path / "ledger.sqlite3", f"{things.word}-made"
    report = killed(path, image, word, 60, "defenceless")
    with Engines() as engines:
        sweep(path, engines)
    left = ours(engine, image, word, decoys)
    with capsys.disabled():
        sys.stdout.write(f"\n  without entries, {report['kills']} kills: left {len(left)}\n")
    docker("rm", "--force", "--volumes", *(name for name in left if not name.startswith(word)))
    assert left
    assert decoys.unharmed == 50
