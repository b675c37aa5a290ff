"""Kind ``http``: a service in a container answers on a port of this machine.

A service is waited for while its container is young, so that a step needs no ``retry``, which would make every other
failure wait as well. Whoever else holds the port is named.
"""

from __future__ import annotations

import html
import http.client
import re
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from coursekit.checks.context import CheckContext
from coursekit.checks.engine_kind import Demand, EngineKind
from coursekit.checks.kind import TextFits, require_pattern, words
from coursekit.shell.ports import holder
from coursekit.technologies.engine.connection import Engine

_PATIENCE = 5.0
_STARTING = 5.0
"""Seconds from the start of its container in which a service that does not answer may still be starting."""
_PAUSE = 0.1
_LONGEST = 100_000
"""Bytes of an answer that are read."""


@dataclass(frozen=True)
class HttpCheck(EngineKind):
    """A service in a running container, reached from this machine."""

    shorthand: ClassVar[str | None] = None

    port: int
    """The port inside the container; whichever port of this machine leads to it is asked."""
    path: str = "/"
    status: int = 200
    contains: str | tuple[str, ...] = ()
    matches: str | None = None
    outside: int | None = None
    """The port of this machine that must lead there; left out: any."""

    def __post_init__(self) -> None:
        require_pattern("matches", self.matches)

    @property
    def claim(self) -> str:
        where = f"port {self.outside}" if self.outside else "a port"
        return f"`{self.name}` answers on {where} of this machine"

    def denial(self) -> str:
        return f"nothing in `{self.name}` answers"

    def look(self, engine: Engine, context: CheckContext) -> Sequence[Demand]:
        record = engine.container(self.name)
        if record is None or not record["State"]["Running"]:
            named = f"there is no container `{self.name}`" if record is None else f"`{self.name}` does not run"
            taken = self._taken(engine)
            return [Demand(self.claim, "a container that runs", f"{named}{taken}", missing=not taken)]
        leading = _ports(record, self.port)
        if not leading:
            return [Demand(self.claim, f"a port that leads to its port {self.port}", "no port leads to it")]
        if self.outside is not None and self.outside not in leading:
            observed = f"port {leading[0]} leads to it{self._taken(engine)}"
            return [Demand(self.claim, f"port {self.outside}", observed)]
        return [self._awaited(engine, self.outside or leading[0], record, context)]

    def _awaited(self, engine: Engine, port: int, record: Mapping[str, Any], context: CheckContext) -> Demand:
        """What the service answers, or, once it has had the time to start, that it does not."""
        until = min(time.monotonic() + _STARTING - _age(record), context.deadline - _PAUSE)
        while True:
            url, answer = self._asked(engine, port)
            if isinstance(answer, Demand):
                return answer
            ended = not engine.state(record["Id"])[0]
            if ended or time.monotonic() > until or context.cancelled():
                why = f"the container `{self.name}` has ended" if ended else f"no answer ({answer})"
                return Demand(f"{url} answers", f"status {self.status}", why)
            time.sleep(_PAUSE)

    def _taken(self, engine: Engine) -> str:
        """Who holds the port that is wanted, if somebody does."""
        if self.outside is None or not engine.endpoint.socket:
            return ""  # the ports of an engine elsewhere are not this machine's
        for container in engine.running():
            if self.outside in _host_ports(container):
                return f"; port {self.outside} leads to the container `{container['Names'][0].lstrip('/')}`"
        held = holder(self.outside)
        return f"; port {self.outside} is held by {held}" if held else ""

    def _asked(self, engine: Engine, port: int) -> tuple[str, Demand | str]:
        """The address that was asked, and what is to be said of the answer; why there is none, as a text."""
        host = urllib.parse.urlsplit(engine.endpoint.url).hostname if not engine.endpoint.socket else None
        url = f"http://{host or 'localhost'}:{port}{self.path}"
        connection = http.client.HTTPConnection(host or "127.0.0.1", port, timeout=_PATIENCE)
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            body = answer.read(_LONGEST).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            return url, getattr(error, "strerror", None) or str(error) or type(error).__name__
        finally:
            connection.close()
        if answer.status != self.status:
            return url, Demand(f"{url} answers", f"status {self.status}", f"status {answer.status}: {_words(body)}")
        expected, observed = TextFits(words(self.contains), matches=self.matches).complaints(body)
        return url, Demand(f"{url} answers as it should", "; ".join(expected), _words("\n".join(observed)))


def _ports(record: Mapping[str, Any], inside: int) -> list[int]:
    """The ports of this machine that lead to a port inside."""
    published = (record["NetworkSettings"].get("Ports") or {}).get(f"{inside}/tcp") or ()
    return sorted({int(end["HostPort"]) for end in published})


def _host_ports(container: Mapping[str, Any]) -> set[int]:
    return {int(port["PublicPort"]) for port in container.get("Ports") or () if port.get("PublicPort")}


def _age(container: Mapping[str, Any]) -> float:
    """Seconds since it was started; 0 when the engine does not say, or its clock is ahead."""
    try:
        started = datetime.fromisoformat(re.sub(r"\.\d+", "", container["State"]["StartedAt"]))
    except (KeyError, ValueError):
        return 0.0
    return max(0.0, (datetime.now(UTC) - started).total_seconds())


def _words(body: str) -> str:
    """What a person would read of an answer, which may be a page of HTML."""
    if not re.match(r"\s*<(!doctype|html)\b", body, re.IGNORECASE):
        return body
    without = re.sub(r"<(head|script|style)\b.*?</\1>|<[^>]*>", " ", body, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(html.unescape(without).split())
