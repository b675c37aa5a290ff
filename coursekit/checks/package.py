"""Kind ``package``: an environment holds a package, by its records and by its own interpreter's word.

The records are those that an installer writes (PEP 376, PEP 427): ``RECORD`` lists every file with its hash, and some
of these are computed again, so that a folder with the right name is not enough.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
from dataclasses import dataclass
from typing import ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.kind import Kind, could_not_look, found, not_there
from coursekit.model.verdict import CommandRecord, Finding
from coursekit.shell.place import Ending, Place
from coursekit.technologies.venv import Environment, inspect

_ASK = """\
import json, sys
from importlib import metadata
try:
    found = metadata.distribution(sys.argv[1])
    print(json.dumps([found.version, str(found.locate_file(""))]))
except metadata.PackageNotFoundError:
    print(json.dumps(None))
"""
_COMPARED = 20
"""Files of a package whose hashes are computed again."""
_LARGEST = 10_000_000
"""Bytes of such a file; a larger one is passed over."""


@dataclass(frozen=True)
class PackageCheck(Kind):
    """A package in an environment of the workspace."""

    shorthand: ClassVar[str | None] = None

    name: str
    environment: str
    version: str | None = None
    """Exactly this one; left out: any."""

    def judge(self, context: CheckContext) -> Finding:
        wanted = f"{self.name} {self.version}" if self.version else self.name
        claim = f"`{self.environment}` has {wanted}"
        environment = inspect(context.place, self.environment, context.limits())
        if environment.unclear:
            return could_not_look(claim, environment.unclear, environment.commands)
        if environment.missing:
            return not_there(claim, wanted, environment.problem, environment.commands)
        if environment.problem:
            return found(False, claim, wanted, environment.problem, environment.commands)
        python = f"{self.environment}/bin/python"
        answered = context.place.run([python, "-I", "-c", _ASK, self.name], limits=context.limits())
        commands = (*environment.commands, answered.record())
        if answered.ending in (Ending.CANCELLED, Ending.TIMED_OUT, Ending.LOST):
            return could_not_look(claim, answered.explanation, commands)
        try:
            answer = json.loads(answered.output.strip().splitlines()[-1])
        except (ValueError, IndexError):
            return found(False, claim, wanted, answered.explanation or answered.output, commands)
        if answer is None:
            return found(False, claim, wanted, f"{self.name} is not installed in `{self.environment}`", commands)
        version, where = answer
        if self.version is not None and version != self.version:
            observed = f"{self.name} {version} is installed in `{self.environment}`"
            return found(False, claim, wanted, observed, commands)
        return self._judge_records(context.place, environment, claim, version, where, commands)

    def _judge_records(
        self,
        place: Place,
        environment: Environment,
        claim: str,
        version: str,
        where: str,
        commands: tuple[CommandRecord, ...],
    ) -> Finding:
        wanted = f"{self.name} {version}, installed by pip"
        if os.path.realpath(where) != os.path.realpath(environment.site_packages):
            observed = f"the one that is found lies elsewhere: {where}"
            return found(False, claim, f"{self.name} in {environment.site_packages}", observed, commands)
        problem = _record_problem(place, environment.site_packages, self.name, version)
        return found(not problem, claim, wanted, problem or f"{self.name} {version}", commands)

    def denial(self) -> str:
        wanted = f"{self.name} {self.version}" if self.version else self.name
        return f"`{self.environment}` does not have {wanted}"


def _normalised(name: str) -> str:
    """The name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _record_problem(place: Place, site_packages: str, name: str, version: str) -> str:
    """What is wrong with the package's records on the disk; empty when they agree with its files."""
    folder = next(
        (
            entry
            for entry in place.names(site_packages)
            if entry.endswith(".dist-info")
            and _normalised(entry.removesuffix(".dist-info")) == _normalised(f"{name}-{version}")
        ),
        None,
    )
    if folder is None:
        return f"{name} has no records in {site_packages}"
    try:
        record = place.read(f"{site_packages}/{folder}/RECORD").decode("utf-8", "replace")
    except OSError:
        return f"{folder} has no RECORD: no installer wrote it"
    rows = [row for row in csv.reader(record.splitlines()) if len(row) == 3 and row[1].startswith("sha256=")]
    code = [row for row in rows if row[0].endswith((".py", ".so")) and not row[0].startswith(folder)]
    if not code:
        return f"the RECORD in {folder} lists no file of the package"
    for path, digest, _ in code[:_COMPARED]:
        try:
            body = place.read(f"{site_packages}/{path}", _LARGEST)
        except OSError:
            return f"a file of {name} is missing: {path}"
        if len(body) == _LARGEST:
            continue  # there may be more of it
        actual = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        if digest != f"sha256={actual}":
            return f"a file of {name} is not the one that was installed: {path}"
    return ""
