"""The images and packages that content names: those of the course, and those that an exercise begins with."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.course.document import Document, described, read_document, require_list, require_mapping
from coursekit.course.problems import ContentError, did_you_mean, one_of
from coursekit.course.values import Choose, Rule, fill, placeholders, read_rules
from coursekit.model.course import SOURCES, BaseImage

IMAGE = re.compile(r"[a-z0-9][a-z0-9._/-]*(?::[0-9]+/[a-z0-9._/-]+)?:[A-Za-z0-9_][A-Za-z0-9._-]*")
"""An image's name with its tag, perhaps behind a registry's host and port."""
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9,._-]+\])?(?:==[A-Za-z0-9][A-Za-z0-9.!+_]*)?")
"""Nothing that pip would take for an option, an address or a file."""
_IMAGE_KEYS = ("from", "download")
_SIZE = re.compile(r"\d+ [MG]B")


@dataclass(frozen=True)
class Wanted:
    """What an exercise wants to be there."""

    images: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    guest: bool = False
    """Whether a virtual machine of it begins from the course's image."""


def read_images(document: Document, raw: Any) -> dict[str, BaseImage]:
    """The ``images:`` of course.yaml, by name. Mistakes are noted in ``document``."""
    found = {}
    for name, body in (require_mapping(document, ("images",), raw, "`images`") or {}).items():
        path = ("images", name)
        if not isinstance(name, str) or not IMAGE.fullmatch(name):
            document.complain(path, f"`{name}`: should be an image with its tag, such as `busybox:1.36`", at_key=True)
            continue
        body = {"from": body} if isinstance(body, list) else body
        if require_mapping(document, path, body, f"`{name}`") is None:
            continue
        for key in body:
            if key not in _IMAGE_KEYS:
                guess = did_you_mean(str(key), _IMAGE_KEYS)
                words = f"unknown key `{key}`; allowed: {one_of(_IMAGE_KEYS)}.{guess}"
                document.complain((*path, key), words, at_key=True)
        sources = _read_sources(document, (*path, "from"), body.get("from"))
        download = body.get("download", "")
        if not isinstance(download, str) or (download and not _SIZE.fullmatch(download)):
            document.complain((*path, "download"), f"should be a size such as `50 MB`, not {described(download)}")
        elif sources:
            found[name] = BaseImage(name, sources, download)
    return found


def _read_sources(document: Document, path: tuple[str, ...], raw: Any) -> tuple[str, ...]:
    listed = require_list(document, path, raw, "the sources") or []
    if listed == []:
        document.complain(path, f"should be a list of sources in order, out of {one_of(SOURCES)}")
    for index, source in enumerate(listed):
        if source not in SOURCES:
            guess = did_you_mean(str(source), SOURCES)
            document.complain((*path, index), f"should be one of {one_of(SOURCES)}, not {described(source)}.{guess}")
        elif source in listed[:index]:
            document.complain((*path, index), f"`{source}` stands here twice")
    return tuple(listed) if all(source in SOURCES for source in listed) else ()


def read_wanted(document: Document, course: Path, rules: Mapping[str, Rule]) -> Wanted:
    """What the exercise in a document wants, for every student together. Mistakes are noted in ``document``."""
    data = document.data if isinstance(document.data, Mapping) else {}
    images = []
    if "images" in data:
        named = _named_images(course)
        for index, name in enumerate(require_list(document, ("images",), data["images"], "`images`") or ()):
            if isinstance(name, str) and name in named:
                images.append(name)
                continue
            guess = did_you_mean(str(name), named)
            document.complain(("images", index), f"{described(name)} is not named in labs/course.yaml.{guess}")
    packages: dict[str, None] = {}
    for index, text in enumerate(require_list(document, ("packages",), data.get("packages", []), "`packages`") or ()):
        packages |= dict.fromkeys(_expanded(document, ("packages", index), text, rules))
    makes = data.get("makes")
    guest = isinstance(makes, list) and any(isinstance(made, Mapping) and "guest" in made for made in makes)
    return Wanted(tuple(images), tuple(packages), guest)


def wanted_by(course: Path, exercise_id: str) -> Wanted:
    """What an exercise wants, for every student together. Raises ContentError."""
    name = f"exercises/{exercise_id}/exercise.yaml"
    document = read_document(course / name, name)
    data = document.data if isinstance(document.data, Mapping) else {}
    wanted = read_wanted(document, course, read_rules(document, data.get("values")))
    if document.problems:
        raise ContentError(document.problems)
    return wanted


def _named_images(course: Path) -> Mapping[str, BaseImage]:
    """What course.yaml names. Its own mistakes are told by whoever reads the course."""
    document = read_document(course / "labs" / "course.yaml", "labs/course.yaml")
    data = document.data if isinstance(document.data, Mapping) else {}
    return read_images(document, data.get("images", {}))


def _expanded(document: Document, path: tuple[str | int, ...], text: Any, rules: Mapping[str, Rule]) -> list[str]:
    """A package in all its versions: one for each option of the values in it."""
    if not isinstance(text, str):
        document.complain(path, f"should be a package such as `tabulate==0.9.0`, not {described(text)}")
        return []
    drawn: dict[str, tuple[str, ...]] = {}
    for name in placeholders(text):
        match rules.get(name):
            case Choose(options):
                drawn[name] = options
            case None:
                document.complain(path, f"`{{{name}}}` is not a value.{did_you_mean(name, rules)}")
                return []
            case _:
                document.complain(path, f"`{{{name}}}` should be drawn with `choose`: a bundle holds all its options")
                return []
    choices = [dict(zip(drawn, options, strict=True)) for options in itertools.product(*drawn.values())]
    packages = [str(fill(text, values)) for values in choices]
    for package in packages:
        if not _PACKAGE.fullmatch(package):
            document.complain(path, f"`{package}`: should be a package, such as `tabulate` or `tabulate==0.9.0`")
            return []
    return packages
