"""Checks as they are written: one kind, ``all``, ``any`` and ``not`` of others, or another looked at ``inside``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from coursekit.course.document import Document, KeyPath, described, require_list, require_mapping
from coursekit.course.problems import did_you_mean, one_of
from coursekit.course.validate import validate
from coursekit.model.check import All, AnyOf, Check, Inside, Not, Single

Kinds = Mapping[str, type]
"""The name of each kind to its dataclass, whose ``shorthand`` names the setting that may be given alone."""

_INSIDES: tuple[Literal["container", "guest"], ...] = ("container", "guest")
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
        if key not in (*_INSIDES, "check"):
            guess = did_you_mean(str(key), (*_INSIDES, "check"))
            allowed = "`check`, and `container` or `guest`"
            document.complain((*path, key), f"unknown key `{key}`; allowed: {allowed}.{guess}", at_key=True)
    named: list[tuple[Literal["container", "guest"], Any]] = [(kind, body[kind]) for kind in _INSIDES if kind in body]
    part = read_check(document, (*path, "check"), body.get("check"), kinds)
    match named:
        case [(kind, str(name))]:
            return Inside(kind, name, part) if part is not None else None
        case [(kind, other)]:
            document.complain((*path, kind), f"`{kind}` should be a name, not {described(other)}")
        case _:
            document.complain(path, "`inside` names either a `container`, or a `guest` by its folder")
    return None


def _read_single(document: Document, path: KeyPath, word: str, body: Any, kind: type) -> Single | None:
    shorthand = getattr(kind, "shorthand", None)
    if not isinstance(body, Mapping):
        if shorthand is None or body is None:
            document.complain(path, f"`{word}` needs its settings, not {described(body)}")
            return None
        body = {shorthand: body}
    claim = body.get("claim", "")
    if not isinstance(claim, str):
        document.complain((*path, "claim"), f"`claim` should be a sentence, not {described(claim)}; put it in quotes")
        return None
    settings = validate(document, path, {key: body[key] for key in body if key != "claim"}, kind)
    return Single(word, settings, claim) if settings is not None else None
