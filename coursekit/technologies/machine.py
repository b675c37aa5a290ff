"""What this machine has: the tools of every technology, looked for all at once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from coursekit.shell.local import LocalPlace
from coursekit.technologies import conda, container, git, guest, venv
from coursekit.technologies.contract import Finder, Tool

TITLES: Mapping[str, str] = {
    "venv": "Virtual environments",
    "conda": "conda environments",
    "container": "Containers",
    "guest": "Virtual machines",
    "git": "Versions of a project",
}
"""The technologies of the course in words, in the order in which they are shown."""


def find_tools(path: str) -> list[Tool]:
    """The tools in a student's PATH, in the order of the technologies."""

    def look(finder: Finder) -> Tool:
        with tempfile.TemporaryDirectory() as folder, LocalPlace(Path(folder)) as place:
            return finder(place, path)

    finders = [*venv.finders(), *conda.finders(), *container.finders(), *guest.finders(), *git.finders()]
    with ThreadPoolExecutor(len(finders)) as pool:
        return list(pool.map(look, finders))
