"""Checks as they are written: one kind, ``all``, ``any`` and ``not`` of others, or another looked at ``inside``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursekit.course.document import Document, KeyPath, described, require_list, require_mapping
from coursekit.course.problems import did_you_mean, one_of
from coursekit.course.validate import validate
from coursekit.model.check import All, AnyOf, Check, Inside, Not, Single

Kinds = Mapping[str, type]
"""The name of each kind to its dataclass, whose ``shorthand`` names the setting that may be given alone."""

_COMBINATIONS = ("all", "any", "not", "inside")


def read_check(document: Document, path: KeyPath, raw: Any, kinds: Kinds) -> Check | None:
    """The check written at a place; None, with the mistakes noted, when it is not one."""
    allowed = (*kinds, *_COMBINATIONS)
    if require_mapping(document, path, raw, "a check") is None:
        return None
    if len(raw) != 1:
        document.complain(path, f"a check has one key, one of {one_of(allowed)}; use `all` for several")
        return None
    [(word, body)] = raw.items()
    place = (*path, word)
    match word:
        case "all" | "any":
            listed = require_list(document, place, body, f"`{word}`")
            parts = [read_check(document, (*place, index), part, kinds) for index, part in enumerate(listed or ())]
            if listed == []:
                document.complain(place, f"`{word}` needs at least one check")
            sound = tuple(part for part in parts if part is not None)
            if not sound or len(sound) != len(parts):
                return None
            return All(sound) if word == "all" else AnyOf(sound)
        case "not":
            part = read_check(document, place, body, kinds)
            return Not(part) if part is not None else None
        case "inside":
            return _read_inside(document, place, body, kinds)
        case str() if word in kinds:
            return _read_single(document, place, word, body, kinds[word])
    guess = did_you_mean(str(word), allowed)
    document.complain(place, f"unknown kind `{word}`; allowed: {one_of(allowed)}.{guess}", at_key=True)
    return None


def _read_inside(document: Document, path: KeyPath, body: Any, kinds: Kinds) -> Check | None:
    if require_mapping(document, path, body, "`inside`") is None:
        return None
    for key in body:
        if key not in ("container", "check"):
            guess = did_you_mean(str(key), ("container", "check"))
            document.complain(
                (*path, key), f"unknown key `{key}`; allowed: `container` and `check`.{guess}", at_key=True
            )
    container = body.get("container")
    if not isinstance(container, str):
        document.complain((*path, "container"), "`container` should be the name of a container")
    part = read_check(document, (*path, "check"), body.get("check"), kinds)
    return Inside(container, part) if part is not None and isinstance(container, str) else None


def _read_single(document: Document, path: KeyPath, word: str, body: Any, kind: type) -> Single | None:
    shorthand = getattr(kind, "shorthand", None)
    if not isinstance(body, Mapping):
        if shorthand is None or body is None:
            document.complain(path, f"`{word}` needs its settings, not {described(body)}")
            return None
        body = {shorthand: body}
    settings = validate(document, path, body, kind)
    return Single(word, settings) if settings is not None else None
