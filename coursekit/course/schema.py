"""The format of the content as JSON Schema (draft 2020-12), for editors: from the dataclasses that read it."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from coursekit.course.check_trees import Kinds
from coursekit.model.course import SOURCES
from coursekit.model.exercise import MADE, Hint

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_SIZE = {"type": "string", "pattern": "^\\d+ [MG]B$"}
_TIME = {"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?\s*(s|min|m)?$"}, {"type": "number"}]}
_SOURCES = {"type": "array", "items": {"enum": list(SOURCES)}, "minItems": 1, "uniqueItems": True}
_IMAGE = {
    "type": "object",
    "properties": {"from": _SOURCES, "download": _SIZE},
    "required": ["from"],
    "additionalProperties": False,
}
_STEP_ID = {"type": "string", "pattern": "^[a-z0-9-]+$"}
_ACTION = {
    "type": "object",
    "properties": {"type": _TEXT, "until": _TEXT, "answer": {}, "note": _TEXT},
    "additionalProperties": False,
    "oneOf": [{"required": ["type"]}, {"required": ["answer"], "properties": {"until": False}}],
}


def schemas(kinds: Kinds) -> dict[str, dict[str, Any]]:
    """The schema of each kind of file, by the name that it has in a course."""
    return {
        "exercise": _exercise(kinds),
        "solution": {"$schema": _DRAFT, "type": "object", "additionalProperties": {"type": "array", "items": _ACTION}},
        "wrong": _closed(
            {
                "title": _TEXT,
                "after": _STEP_ID,
                "do": {"type": "array", "items": _ACTION},
                "fails": _STEP_ID,
                "says": _TEXT,
            },
            ["title", "do", "fails", "says"],
        ),
        "lab": _closed(
            {
                "title": _TEXT,
                "summary": _TEXT,
                "minutes": {"type": "integer"},
                "needs": _closed(
                    {
                        "technologies": {"type": "array", "items": _TEXT},
                        "download": _SIZE,
                        "disk": _SIZE,
                        "memory": _SIZE,
                        "fallback": _TEXT,
                    },
                    [],
                ),
                "items": {
                    "type": "array",
                    "items": {
                        "oneOf": [_closed({"page": _TEXT}, ["page"]), _closed({"exercise": _TEXT}, ["exercise"])]
                    },
                },
            },
            ["title", "summary", "minutes", "items"],
        ),
        "course": _closed(
            {
                "title": _TEXT,
                "version": _TEXT,
                "labs": {"type": "array", "items": _TEXT},
                "facts": {"type": "object", "additionalProperties": _TEXT},
                "images": {"type": "object", "additionalProperties": {"oneOf": [_SOURCES, _IMAGE]}},
            },
            ["title", "version", "labs"],
        ),
    }


def _exercise(kinds: Kinds) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    check = {"$ref": "#/$defs/check"}
    listed = {"type": "array", "items": check, "minItems": 1}
    choices: dict[str, Any] = {"all": listed, "any": listed, "not": check}
    choices["inside"] = {
        "oneOf": [_closed({kind: _TEXT, "check": check}, [kind, "check"]) for kind in ("container", "guest")]
    }
    for word, kind in kinds.items():
        own = _with_values(TypeAdapter(kind).json_schema(ref_template="#/$defs/{model}"))
        own["properties"]["claim"] = _TEXT
        definitions |= own.pop("$defs", {})
        definitions[f"kind-{word}"] = own
        settings: dict[str, Any] = {"$ref": f"#/$defs/kind-{word}"}
        choices[word] = {"anyOf": [settings, _TEXT]} if getattr(kind, "shorthand", None) else settings
    definitions["check"] = {
        "type": "object",
        "properties": choices,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    hint = {"anyOf": [_TEXT, TypeAdapter(Hint).json_schema()]}
    step = _closed(
        {
            "id": _STEP_ID,
            "title": _TEXT,
            "points": {"type": "integer", "minimum": 0},
            "needs": {"type": "array", "items": _STEP_ID},
            "must_hold": {"anyOf": [{"const": "end"}, _closed({"until": _STEP_ID}, ["until"])]},
            "check": check,
            "diagnose": {"type": "array", "items": _closed({"when": check, "say": _TEXT}, ["when", "say"])},
            "hints": {"type": "array", "items": hint},
            "limit": _TIME,
            "retry": _TIME,
            "watch": _TIME,
            "automatic": {"type": "boolean"},
            "console": _TEXT,
            "plot": _TEXT,
        },
        ["id", "title", "points", "check"],
    )
    integer = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
    choose = {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1}
    value = {
        "oneOf": [
            _closed({"choose": choose}, ["choose"]),
            _closed({"integer": integer}, ["integer"]),
            _closed({"port": {"const": "free"}}, ["port"]),
            _closed({"emulator": {"const": "here"}}, ["emulator"]),
        ]
    }
    whole = _closed(
        {
            "title": _TEXT,
            "summary": _TEXT,
            "minutes": {"type": "integer"},
            "learned": _TEXT,
            "values": {"type": "object", "additionalProperties": value},
            "makes": {"type": "array", "items": {"oneOf": [_closed({word: _TEXT}, [word]) for word in MADE]}},
            "images": {"type": "array", "items": _TEXT},
            "packages": {"type": "array", "items": _TEXT},
            "steps": {"type": "array", "items": step, "minItems": 1},
        },
        ["title", "summary", "minutes", "steps"],
    )
    return whole | {"$defs": definitions}


def _with_values(schema: Any) -> Any:
    """The schema with a value, such as ``"{door}"``, allowed wherever a number is."""
    match schema:
        case {"type": "integer" | "number"}:
            return {"anyOf": [schema, {"type": "string", "pattern": "^\\{[a-z][a-z0-9_]*\\}$"}]}
        case dict():
            return {key: _with_values(part) for key, part in schema.items()}
        case list():
            return [_with_values(part) for part in schema]
    return schema


def _closed(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "$schema": _DRAFT,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
