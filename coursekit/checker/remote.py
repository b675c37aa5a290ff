"""The app's end of a checker process: requests go out, verdicts come back, a request can be cancelled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from coursekit.checker.protocol import Request, cancel_line
from coursekit.model.verdict import Verdict


class CheckerDied(Exception):
    """The checker process ended before it had answered."""


class RemoteChecker:
    """A checker at the other end of a stream. One request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def check(self, request: Request) -> AsyncIterator[tuple[str, Verdict]]:
        """The verdict on each step, as it comes. Raises CheckerDied."""
        self._writer.write(request.to_line())
        while (message := await self._message(request.id)) is not None:
            yield message["step"], Verdict.from_json(message["verdict"])

    async def wait_until_done(self, request_id: int) -> None:
        """Read to the end of the answer to a request that was cancelled. Raises CheckerDied."""
        while await self._message(request_id) is not None:
            pass

    async def _message(self, request_id: int) -> dict[str, Any] | None:
        """The next part of the answer to a request; None at its end. Raises CheckerDied."""
        while True:
            try:
                line = await self._reader.readline()
            except (ConnectionError, ValueError) as error:
                raise CheckerDied(str(error)) from error
            if not line.endswith(b"\n"):
                raise CheckerDied
            message: dict[str, Any] = json.loads(line)
            if message["id"] == request_id:
                return None if "done" in message else message

    def cancel(self, request_id: int) -> None:
        """Ask the checker to stop working on a request. It still says that it is done."""
        self._writer.write(cancel_line(request_id))

    def close(self) -> None:
        """Hang up: the checker stops what it does, and ends."""
        self._writer.close()
