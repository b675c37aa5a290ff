"""Validation of plain data against a frozen dataclass, through pydantic, with every complaint in plain words."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from coursekit.course.document import Document, KeyPath, described
from coursekit.course.problems import did_you_mean, one_of

T = TypeVar("T")

_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    """The adapter of a dataclass. Building one costs a hundred times as much as using it."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def validate(document: Document, path: KeyPath, data: Mapping[str, Any], kind: type[T]) -> T | None:
    """``data`` as a ``kind``; None, with every mistake noted in ``document``, when it does not fit."""
    try:
        return _adapter(kind).validate_python(data)
    except ValidationError as error:
        reported: set[KeyPath] = set()
        for detail in error.errors(include_url=False):
            place = _place(data, detail["loc"])
            if place in reported and detail["type"] not in _UNKNOWN_KEY:
                continue  # the branches of a union each complain about the same value
            reported.add(place)
            at_key = detail["type"] in _UNKNOWN_KEY
            document.complain((*path, *place), _words(detail, place, kind), at_key=at_key)
        return None


def _place(data: Any, loc: tuple[int | str, ...]) -> KeyPath:
    """The part of ``loc`` that is really in the data: pydantic also names union branches and missing keys."""
    path: list[int | str] = []
    for part in loc:
        known = part in data if isinstance(data, Mapping) else isinstance(part, int) and isinstance(data, list | tuple)
        if known:
            data = data[part]
            path.append(part)
    return tuple(path)


def _words(detail: ErrorDetails, place: KeyPath, kind: type) -> str:
    name = f"`{place[-1]}`" if place and isinstance(place[-1], str) else "this"
    given = detail["input"]
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"`{detail['loc'][-1]}` is missing"
        case "extra_forbidden" | "unexpected_keyword_argument":
            allowed = _allowed(kind, place[:-1])
            return f"unknown key {name}; allowed: {one_of(allowed)}.{did_you_mean(str(place[-1]), allowed)}"
        case "string_type":
            return f"{name} should be a text, not {described(given)}; put it in quotes"
        case "int_type" | "int_parsing" | "int_from_float":
            return f"{name} should be a whole number, not {described(given)}"
        case "float_type" | "float_parsing":
            return f"{name} should be a number, not {described(given)}"
        case "bool_type" | "bool_parsing":
            return f"{name} should be true or false, not {described(given)}"
        case "tuple_type" | "list_type":
            return f"{name} should be a list, not {described(given)}"
        case "literal_error":
            words = [word.strip(" '") for word in str(context["expected"]).replace(" or ", ", ").split(",")]
            return f"{name} should be one of {one_of(words)}, not {described(given)}.{did_you_mean(str(given), words)}"
        case "value_error":
            return str(context["error"])
        case "dataclass_type" | "dict_type":
            return f"{name} should be a mapping of keys to values, not {described(given)}"
    return f"{name}: {detail['msg']}"


def _allowed(kind: Any, place: KeyPath) -> list[str]:
    """The keys that the dataclass at a place inside ``kind`` knows."""
    for part in place:
        if isinstance(part, str) and dataclasses.is_dataclass(kind):
            kind = typing.get_type_hints(kind).get(part, kind)
        while not dataclasses.is_dataclass(kind) and typing.get_args(kind):
            kind = next(
                (argument for argument in typing.get_args(kind) if dataclasses.is_dataclass(argument)),
                typing.get_args(kind)[0],
            )
    return [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []
