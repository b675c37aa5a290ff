"""A YAML file as data, with the place of every key and value, and its own mistakes: syntax, duplicate keys, tags."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from coursekit.course.problems import Problem

Key = str | int
KeyPath = tuple[Key, ...]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST_FILE = 1_000_000
"""Bytes. Content is written by hand; more than this is a mistake, or YAML that unfolds without end."""


@dataclass
class Document:
    """The data of one file, and where each part of it stands."""

    name: str
    """Relative to the course's folder: how a problem names the file."""
    data: Any
    only: Collection[str] | None = None
    """The keys that are read, at whatever depth; None for all."""
    values: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    nodes: set[int] = field(default_factory=set)
    """The identities of the nodes seen so far: a node met twice is an alias, which could unfold without end."""
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: KeyPath, message: str, *, at_key: bool = False) -> None:
        """Note a problem at a part of the file, or at the nearest part above it that is there."""
        places = self.keys if at_key else self.values
        while path and path not in places:
            path = path[:-1]
        line, column = places.get(path, (1, 1))
        self.problems.append(Problem(self.name, line, column, message))


def read_document(path: Path, name: str, only: Collection[str] | None = None) -> Document:
    """The document in a file. Never raises for what is in it: its ``problems`` say what is wrong.

    With ``only`` certain keys, what stands under the others is passed over, which takes half the time.
    """
    document = Document(name, None, only)
    try:
        if path.stat().st_size > _LARGEST_FILE:
            document.complain((), f"is larger than {_LARGEST_FILE // 1000} kB")
            return document
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        document.complain((), "this file is missing")
        return document
    except (OSError, UnicodeDecodeError) as error:
        document.complain((), f"cannot be read: {error}")
        return document
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            document.complain((), "this file is empty")
            return document
        if _survey(document, loader, node, ()):
            document.data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.problems.append(Problem(name, line, column, _plain(error, text)))
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:  # such as for `!!int ''`
        document.complain((), f"is not valid YAML: {error}")
    finally:
        loader.dispose()
    return document


def _plain(error: yaml.MarkedYAMLError, text: str) -> str:
    hint = ""
    mark = error.problem_mark
    line = text.splitlines()[mark.line : mark.line + 1] if mark else []
    if mark and line and "\t" in line[0][: mark.column + 1]:
        hint = "; YAML wants spaces, not tabs"
    elif error.problem and "mapping values are not allowed" in error.problem:
        hint = '; a text that holds ": " must stand in quotes'
    return f"is not valid YAML: {error.problem or error.context}{hint}"


def _survey(document: Document, loader: Any, node: yaml.Node, path: KeyPath) -> bool:
    """Note where every part of ``node`` stands. False when it must not be turned into data."""
    document.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    document.keys.setdefault(path, document.values[path])
    if id(node) in document.nodes:
        document.complain(path, "write it out again: `&` and `*` are not allowed in content")
        return False
    document.nodes.add(id(node))
    sound = True
    if isinstance(node, yaml.MappingNode):
        if document.only is not None:
            node.value = [pair for pair in node.value if str(pair[0].value) in document.only]
        seen: set[Key] = set()
        for key_node, value_node in node.value:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == "tag:yaml.org,2002:merge":
                document.problems.append(Problem(document.name, *place, "a key must be a plain word"))
                sound = False
                continue
            key: Key = loader.construct_object(key_node)
            if key in seen:
                document.problems.append(Problem(document.name, *place, f"the key `{key}` stands here twice"))
            seen.add(key)
            document.keys[(*path, key)] = place
            sound &= _survey(document, loader, value_node, (*path, key))
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            sound &= _survey(document, loader, child, (*path, index))
    return sound


def require_mapping(document: Document, path: KeyPath, data: Any, what: str) -> Mapping[Any, Any] | None:
    """``data`` if it is a mapping; otherwise the complaint is noted and None comes back."""
    if isinstance(data, Mapping):
        return data
    document.complain(path, f"{what} should be a mapping of keys to values, not {described(data)}")
    return None


def require_list(document: Document, path: KeyPath, data: Any, what: str) -> list[Any] | None:
    """``data`` if it is a list; otherwise the complaint is noted and None comes back."""
    if isinstance(data, list):
        return data
    document.complain(path, f"{what} should be a list, not {described(data)}")
    return None


def described(data: Any) -> str:
    """A value as an author would name it: ``the number 3.11``."""
    match data:
        case None:
            return "nothing"
        case bool():
            return f"`{str(data).lower()}`"
        case int() | float():
            return f"the number {data}"
        case str():
            return f"the text `{data if len(data) < 40 else data[:37] + '…'}`"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a mapping"
        case _:
            return f"`{data}`, which YAML takes for a {type(data).__name__}; put it in quotes"
