"""A guard on a whole run of tests in CI: the container engine holds afterwards what it held before."""

from __future__ import annotations

import subprocess

import pytest

LISTS = (
    ("containers", ("docker", "ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.State}}")),
    ("volumes", ("docker", "volume", "ls", "--format", "{{.Name}}")),
    ("networks", ("docker", "network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}")),
    ("images", ("docker", "images", "--all", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}")),
)
"""What is listed, and how."""


class EngineGuard:
    """Compares the engine before the first test with the engine after the last. Only CI has one to itself."""

    def __init__(self) -> None:
        self._changes: list[str] = []
        self._unchanged = ""

    def pytest_sessionstart(self) -> None:
        self._before = _held()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        held = dict(zip((name for name, _ in LISTS), zip(self._before, _held(), strict=True), strict=True))
        self._unchanged = ", ".join(f"{len(before)} {what}" for what, (before, _) in held.items())
        for what, (before, after) in held.items():
            self._changes += [f"{what}, new: {line}" for line in after - before]
            self._changes += [f"{what}, gone: {line}" for line in before - after]
        if self._changes:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._changes:
            terminalreporter.write_line(f"The container engine holds what it held before the tests: {self._unchanged}.")
        for change in self._changes:
            terminalreporter.write_line(f"The tests have changed what the container engine holds: {change}", red=True)


def _held() -> list[frozenset[str]]:
    held = []
    for _, command in LISTS:
        listing = subprocess.run(command, capture_output=True, text=True, check=False)
        held.append(frozenset(listing.stdout.splitlines()))
    return held
