"""What this machine has: the tools of every technology, looked for all at once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from coursekit.shell.local import LocalPlace
from coursekit.shell.place import Place
from coursekit.technologies import git, venv
from coursekit.technologies.contract import Tool


def find_tools(path: str) -> list[Tool]:
    """The tools in a student's PATH, in the order of the technologies."""

    def look(finder: Callable[[Place, str], Tool]) -> Tool:
        with tempfile.TemporaryDirectory() as folder, LocalPlace(Path(folder)) as place:
            return finder(place, path)

    finders = [*venv.finders(), *git.finders()]
    with ThreadPoolExecutor(len(finders)) as pool:
        return list(pool.map(look, finders))
