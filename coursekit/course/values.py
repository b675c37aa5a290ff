"""Values: what an exercise draws for each student, and how ``{name}`` is filled in.

A draw depends on the student's seed, the exercise and the value's name alone (HKDF, RFC 5869), so that adding a value
redraws no other.
"""

from __future__ import annotations

import hashlib
import hmac
import platform
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coursekit.course.document import Document, described, require_list, require_mapping
from coursekit.course.problems import did_you_mean, one_of
from coursekit.model.emulator import emulator_words

SAMPLE_SEED = b"a sample, for reading content without a student"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SAFE = re.compile(r"[a-z0-9._-]+")
_PLACEHOLDER = re.compile(r"(?<![${])\{([a-z][a-z0-9_]*)\}(?!\})")


@dataclass(frozen=True)
class Choose:
    """One of a list."""

    options: tuple[str, ...]

    def draw(self, number: int) -> str:
        return self.options[number % len(self.options)]


@dataclass(frozen=True)
class Integer:
    """A whole number, both ends included."""

    low: int
    high: int

    def draw(self, number: int) -> str:
        return str(self.low + number % (self.high - self.low + 1))


@dataclass(frozen=True)
class Emulator:
    """How a line begins that starts a guest on this machine."""

    def draw(self, number: int) -> str:
        return " ".join(emulator_words(platform.machine()))


@dataclass(frozen=True)
class FreePort:
    """A port that nobody holds when it is drawn. What is drawn is kept from the start of the exercise on."""

    def draw(self, number: int) -> str:
        candidates = (_LOWEST_PORT + (number + step) % _PORTS for step in range(_PORTS))
        return str(next(filter(_is_free, candidates), _LOWEST_PORT))


def _is_free(port: int) -> bool:
    """Whether nobody holds it, at this machine's own address or at all of them, where a container is published."""
    for address in ("127.0.0.1", ""):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                line.bind((address, port))
            except OSError:
                return False
    return True


_LOWEST_PORT, _PORTS = 20_000, 10_000
"""Below the ports that systems hand out by themselves."""

Rule = Choose | Integer | FreePort | Emulator


def draw(rules: Mapping[str, Rule], seed: bytes, exercise: str) -> dict[str, str]:
    """The values of one student in one exercise."""
    return {name: rule.draw(_number(seed, exercise, name)) for name, rule in rules.items()}


def _number(seed: bytes, exercise: str, name: str) -> int:
    key = hmac.digest(b"coursekit values", seed, hashlib.sha256)
    return int.from_bytes(hmac.digest(key, f"{exercise}\0{name}\1".encode(), hashlib.sha256))


def fill(data: Any, values: Mapping[str, str]) -> Any:
    """``data`` with every declared ``{name}`` in its texts replaced; not in ``${…}`` or ``{{…}}``."""
    match data:
        case str():
            return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), data)
        case list():
            return [fill(item, values) for item in data]
        case dict():
            return {key: fill(value, values) for key, value in data.items()}
    return data


def placeholders(text: str) -> list[str]:
    """The names that stand in a text as ``{name}``, each once, whether they are declared or not."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def read_rules(document: Document, data: Any) -> dict[str, Rule]:
    """The ``values:`` of an exercise. Mistakes are noted in ``document``."""
    rules: dict[str, Rule] = {}
    mapping = require_mapping(document, ("values",), data, "`values`") if data is not None else None
    for name, spec in (mapping or {}).items():
        path = ("values", name)
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name == "observed":
            document.complain(path, "a value's name is lower-case letters, digits and _", at_key=True)
            continue
        body = require_mapping(document, path, spec, f"`{name}`")
        if body is None:
            continue
        rule = _read_rule(document, path, body)
        if rule:
            rules[name] = rule
    return rules


def _read_rule(document: Document, path: tuple[str, ...], body: Mapping[Any, Any]) -> Rule | None:
    match list(body.items()):
        case [("choose", options)]:
            return _read_choose(document, (*path, "choose"), options)
        case [("integer", [int(low), int(high)])] if low <= high:
            return Integer(low, high)
        case [("integer", other)]:
            document.complain(
                (*path, "integer"), f"should be two whole numbers, [lowest, highest], not {described(other)}"
            )
        case [("port", "free")]:
            return FreePort()
        case [("emulator", "here")]:
            return Emulator()
        case _:
            words = ("choose", "integer", "port", "emulator")
            guess = "".join(did_you_mean(str(key), words) for key in body if key not in words)
            document.complain(path, f"should have one key, {one_of(words)}.{guess}")
    return None


def _read_choose(document: Document, path: tuple[str, ...], options: Any) -> Choose | None:
    listed = require_list(document, path, options, "`choose`")
    if not listed:
        if listed == []:
            document.complain(path, "`choose` needs at least one value")
        return None
    texts = []
    for index, option in enumerate(listed):
        text = str(option) if isinstance(option, int) and not isinstance(option, bool) else option
        if not isinstance(text, str):
            document.complain((*path, index), f"should be a text, not {described(option)}; put it in quotes")
        elif not _SAFE.fullmatch(text):
            document.complain((*path, index), f"`{text}`: a value is made of a-z, 0-9, dot, _ and - only")
        else:
            texts.append(text)
    return Choose(tuple(texts)) if len(texts) == len(listed) else None
