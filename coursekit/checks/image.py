"""Kind ``image``: an image is as it should be, by the engine's record and by its own files, or by a run of it.

That it was built from a Dockerfile is seen in its history, step by step, and in the files that it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from coursekit.checks.command import judge_completed
from coursekit.checks.context import CheckContext
from coursekit.checks.engine_kind import Demand, EngineKind, in_bytes, size_in_words
from coursekit.checks.kind import TextFits, argv, require_pattern, words
from coursekit.model.verdict import Outcome
from coursekit.technologies.dockerfile import Instruction, fault, last_stage, layer_of
from coursekit.technologies.engine.connection import Engine
from coursekit.technologies.engine.own import peek, trial
from coursekit.technologies.engine.problem import EngineProblem
from coursekit.technologies.engine.things import made_at


@dataclass(frozen=True)
class Reuse:
    """A step that a build took from another image, in place of doing it again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    of: str
    """The other image."""
    step: str
    """A regular expression that finds the step in the history of both."""


@dataclass(frozen=True)
class ImageCheck(EngineKind):
    """An image by its name. What is left out may be anything."""

    shorthand: ClassVar[str] = "name"

    dockerfile: str | None = None
    """The Dockerfile of the workspace from which it must have been built."""
    base: str | None = None
    """The image on whose layers it must stand."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Paths inside, each to the file of the workspace that it must equal."""
    run: str | tuple[str, ...] | None = None
    """What to run in it, once, without network; ``""`` for its own command."""
    prints: str | tuple[str, ...] = ()
    """What that run must print."""
    user: str | None = None
    command: str | None = None
    """A regular expression that its own command line must match."""
    max_size: str | None = None
    same_as: str | None = None
    """Another name that must mean the very same image."""
    reuses: Reuse | None = None
    pushed_to: str | None = None
    """The repository, such as ``localhost:5000/name``, under whose digest the engine knows it."""

    def __post_init__(self) -> None:
        require_pattern("command", self.command)
        if self.reuses is not None:
            require_pattern("step", self.reuses.step)
        if self.max_size is not None:
            in_bytes(self.max_size)
        if self.prints and self.run is None:
            raise ValueError("`prints` needs `run`, which may be empty")

    @property
    def claim(self) -> str:
        return f"the image {self.name} is there" + (f", built from {self.dockerfile}" if self.dockerfile else "")

    def denial(self) -> str:
        if self.reuses is not None:
            return f"building {self.name} did that step again"
        differs = self.files or self.run is not None or self.base or self.same_as or self.dockerfile
        return f"{self.name} is not so" if differs else f"there is no image {self.name}"

    def look(self, engine: Engine, context: CheckContext) -> Sequence[Demand]:
        record = engine.image(self.name)
        if record is None:
            return [Demand(self.claim, f"an image named {self.name}", f"there is no image {self.name}", missing=True)]
        demands = list(self._of_the_record(engine, record))
        if not any(demand.observed for demand in demands):
            demands += self._of_the_dockerfile(engine, context)
        if not any(demand.observed for demand in demands):
            demands += self._of_its_files(engine, context)
        if not any(demand.observed for demand in demands) and self.run is not None:
            demands.append(self._of_a_run(engine, context))
        return demands

    def _of_the_record(self, engine: Engine, record: Mapping[str, Any]) -> Iterator[Demand]:
        config = record["Config"]
        if self.base is not None:
            yield self._of_its_base(engine, record, self.base)
        if self.user is not None:
            differs = "" if config.get("User") == self.user else f"it runs as {config.get('User') or 'root'}"
            yield Demand(f"{self.name} runs as {self.user}", self.user, differs)
        if self.command is not None:
            line = " ".join([*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())])
            differs = "" if re.search(self.command, line) else f"its command is `{line}`" if line else "it has none"
            yield Demand(f"{self.name} has the right command", "another command", differs)
        if self.max_size is not None:
            size = int(record["Size"])
            differs = "" if size <= in_bytes(self.max_size) else f"it takes {size_in_words(size)}"
            yield Demand(f"{self.name} takes at most {self.max_size}", self.max_size, differs)
        if self.same_as is not None:
            other = engine.image(self.same_as)
            differs = "" if other and other["Id"] == record["Id"] else "they are two images"
            differs = differs if other else f"there is no image {self.same_as}"
            yield Demand(f"{self.name} and {self.same_as} are one image", "one image with two names", differs)
        if self.pushed_to is not None:
            digests = record.get("RepoDigests") or []
            known = any(digest.startswith(f"{self.pushed_to}@") for digest in digests)
            differs = "" if known else "it has not been pushed there"
            yield Demand(f"{self.name} was pushed to {self.pushed_to}", f"a digest of {self.pushed_to}", differs)
        if self.reuses is not None:
            yield self._of_reuse(engine, record, self.reuses)

    def _of_its_base(self, engine: Engine, record: Mapping[str, Any], base: str) -> Demand:
        claim = f"{self.name} stands on {base}"
        below = engine.image(base)
        if below is None:  # BuildKit builds on an image without giving it its name here
            fetch = f"there is no image {base} here to compare it with; to fetch it: docker pull {base}"
            return Demand(claim, base, fetch)
        layers = _layers(below)
        differs = "" if _layers(record)[: len(layers)] == layers else "it stands on another image"
        if record["Id"] == below["Id"]:
            differs = f"it is {base} itself, under another name"
        return Demand(claim, f"the layers of {base}, and more on top", differs)

    def _of_reuse(self, engine: Engine, record: Mapping[str, Any], reuse: Reuse) -> Demand:
        claim = f"building {self.name} took a step over from {reuse.of}"
        other = engine.image(reuse.of)
        if other is None:
            return Demand(claim, f"the image {reuse.of}", f"there is no image {reuse.of}")
        if other["Id"] == record["Id"]:
            return Demand(claim, "two images", f"{self.name} and {reuse.of} are one and the same image")
        at: list[int] = []
        histories = [engine.history(image) for image in (self.name, reuse.of)]
        for name, history in zip((self.name, reuse.of), histories, strict=True):
            step = _step(history, reuse.step)
            if step is None:
                return Demand(claim, "that step in both", f"{name} has no such step")
            at.append(step)
        ours, theirs = (history[step] for history, step in zip(histories, at, strict=True))
        same = ours["Created"] == theirs["Created"] and ours["CreatedBy"] == theirs["CreatedBy"]
        layers = _layers(record)
        needed = layer_of(at[0], [str(entry["CreatedBy"]) for entry in histories[0]], len(layers))
        if same and layers[:needed] == _layers(other)[:needed]:
            return Demand(claim)
        if _by_buildkit(ours) and _alike(histories, at) and ours["Created"] + 1 < (made_at("image", other) or 0):
            return Demand(claim)  # its cache had that step from several builds, and gave another one than it did before
        later = ours["Created"] - theirs["Created"]
        done_again = f"the step was done again, {later} s later" if later > 0 else "the two did the step apart"
        return Demand(claim, "one layer in both", done_again)

    def _of_the_dockerfile(self, engine: Engine, context: CheckContext) -> Iterator[Demand]:
        if self.dockerfile is None:
            return
        claim = f"{self.name} was built from {self.dockerfile}"
        try:
            text = context.place.read(self.dockerfile).decode("utf-8", "replace")
        except OSError:
            yield Demand(claim, f"the file {self.dockerfile}", f"there is no {self.dockerfile}")
            return
        if unread := fault(text):
            yield Demand(claim, f"a {self.dockerfile} that a builder can read", unread)
            return
        named, written = last_stage(text)
        base = engine.image(named) if named else None
        done = [str(entry["CreatedBy"]) for entry in reversed(engine.history(self.name))]
        done = done[len(engine.history(base["Id"])) if base else 0 :]
        missing = _first_missing(written, done)
        if missing is not None:
            observed = f"line {missing.line} of {self.dockerfile} is not in it: {missing}"
            yield Demand(claim, "every line of it, in its order", f"{observed}. It was built before that was written.")

    def _of_its_files(self, engine: Engine, context: CheckContext) -> Iterator[Demand]:
        if not self.files:
            return
        with peek(engine, self.name, context.ledger) as inside:
            for path, original in self.files.items():
                yield _of_a_file(self.name, path, original, inside, context)

    def _of_a_run(self, engine: Engine, context: CheckContext) -> Demand:
        assert self.run is not None
        command = argv(self.run) if self.run else None
        late = context.nearly_over
        done = trial(engine, self.name, command, context.ledger, context.limits(60), context.cancelled)
        claim = f"`{done.command}` does what it should"
        finding = judge_completed(done, claim, 0, TextFits(words(self.prints)), late=late)
        if finding.outcome is Outcome.ERROR:
            raise EngineProblem(finding.observed)
        failed = finding.outcome is not Outcome.PASSED
        return Demand(finding.claim, finding.expected, (finding.observed or "it does not") if failed else "")


def _of_a_file(image: str, path: str, original: str, inside: Any, context: CheckContext) -> Demand:
    claim = f"{image} holds your {original} as {path}"
    try:
        wanted = context.place.read(original)
    except OSError:
        return Demand(claim, original, f"there is no {original} in your folder")
    try:
        held = inside.read(path)
    except OSError:
        return Demand(claim, path, f"there is no file {path} in it")
    return Demand(claim, f"the file as it is now: {original}", "" if held == wanted else "it is another file")


def _layers(image: Mapping[str, Any]) -> list[str]:
    """The digests of an image's layers, the lowest first. One that holds no file has none."""
    return image["RootFS"].get("Layers") or []


def _step(history: Sequence[Mapping[str, Any]], pattern: str) -> int | None:
    """Where in a history, the newest first, the step is that a pattern finds."""
    found = (at for at, entry in enumerate(history) if re.search(pattern, str(entry["CreatedBy"])))
    return next(found, None)


def _alike(histories: Sequence[Sequence[Mapping[str, Any]]], at: Sequence[int]) -> bool:
    """Whether a step and all below it did the same in both histories, to the byte that it added."""
    ours, theirs = (
        [(entry["CreatedBy"], entry["Size"]) for entry in history[step:]]
        for history, step in zip(histories, at, strict=True)
    )
    return ours == theirs


def _by_buildkit(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("Comment", "")).startswith("buildkit.")


def _first_missing(written: Sequence[Instruction], done: Sequence[str]) -> Instruction | None:
    """The first instruction that the steps of a history, in their order, do not hold."""
    at = 0
    for instruction in written:
        while at < len(done) and not instruction.made(done[at]):
            at += 1
        if at == len(done):
            return instruction
        at += 1
    return None
