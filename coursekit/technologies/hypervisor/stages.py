"""Files that are made one from the other: what is there, made of the same and unchanged, is not made again."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from coursekit.shell.running import Cancelled
from coursekit.technologies.hypervisor.builder_tools import Say, run
from coursekit.technologies.hypervisor.cache import checksum_of
from coursekit.technologies.hypervisor.problem import GuestProblem


class Stages:
    """The stages of a build, in a folder of their own."""

    def __init__(self, folder: Path, say: Say, cancelled: Cancelled) -> None:
        self.folder, self.say, self._cancelled = folder, say, cancelled
        folder.mkdir(exist_ok=True)
        self.room = shutil.disk_usage(folder).free + sum(file.stat().st_size for file in folder.iterdir())

    def stage(self, name: str, key: str, words: str, make: Callable[[Path], None]) -> Path:
        """The file of a stage, made when it has to be."""
        path, note = self.folder / name, self.folder / f"{name}.json"
        digest = hashlib.sha256(key.encode()).hexdigest()
        with contextlib.suppress(OSError, ValueError):
            if json.loads(note.read_text()) == {"key": digest, "checksum": checksum_of(path)}:
                self.say(f"{words}: done before")
                return path
        self.say(words)
        part = path.with_name(f"part-{name}")
        part.unlink(missing_ok=True)
        make(part)
        part.replace(path)
        note.write_text(json.dumps({"key": digest, "checksum": checksum_of(path)}))
        return path

    def run(self, argv: list[str], *, reading: Path | None = None, writing: Path | None = None) -> None:
        """Run a program of a stage. Raises GuestProblem when it fails."""
        run(argv, self.folder, self.say, reading=reading, writing=writing, cancelled=self._cancelled)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While nobody else builds there. Raises GuestProblem when somebody does."""
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise GuestProblem("The guest image is being built already, by another coursekit. Wait for it.") from error
        yield
