"""Whether an exercise names all that it needs beforehand: what is not named is not in a class bundle."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coursekit.checks.container import ContainerCheck
from coursekit.checks.guest import GuestCheck
from coursekit.checks.image import ImageCheck
from coursekit.checks.package import PackageCheck
from coursekit.model.check import All, AnyOf, Check, Inside, Not, Single, singles
from coursekit.model.exercise import Exercise
from coursekit.model.solution import Solution, Type

_PINNED = re.compile(r"(?<![\w.-])([A-Za-z][A-Za-z0-9._-]*)==([0-9][A-Za-z0-9.!+]*)")


def unnamed(exercise: Exercise, solution: Solution | None) -> Iterator[str]:
    """A complaint for each package and each image that checks or solution need, and the exercise does not name."""
    packages = {_plain(text) for text in exercise.packages}
    names = {text.partition("==")[0] for text in packages}
    asked: dict[str, None] = {}
    for step in exercise.steps:
        asked |= dict.fromkeys(_packages(step.check))
    for _, actions in solution.steps if solution else ():
        for text in (action.text.replace("\\n", "\n") for action in actions if isinstance(action, Type)):
            asked |= dict.fromkeys(f"{name}=={version.rstrip('.')}" for name, version in _PINNED.findall(text))
    for package in dict.fromkeys(map(_plain, asked)):
        if package not in (packages if "==" in package else names):
            yield f"{exercise.id}: it needs {package}, which `packages` does not name: no class bundle would have it"
    for guest in dict.fromkeys(guest for step in exercise.steps for guest in _guests(step.check)):
        if guest not in exercise.guests:
            yield f"{exercise.id}: it looks at the guest {guest}, which `makes` does not name"
    made = {made.name for made in exercise.makes}
    for image in dict.fromkeys(image for step in exercise.steps for image in _images(step.check)):
        if image not in exercise.images and image not in made and f"{image}:latest" not in made:
            yield f"{exercise.id}: it needs the image {image}, which neither `images` nor `makes` names"


def _packages(check: Check) -> Iterator[str]:
    """What must be installed for a check to hold; what must not be is nobody's need."""
    match check:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _packages(part)
        case Inside(part=part):
            yield from _packages(part)
        case Single(settings=PackageCheck(name=name, version=version)):
            yield f"{name}=={version}" if version else name


def _images(check: Check) -> Iterator[str]:
    for single in singles(check):
        match single.settings:
            case ContainerCheck(image=str(image)) | ImageCheck(base=str(image)):
                yield image


def _guests(check: Check) -> Iterator[str]:
    """The folders of guests that a check looks at."""
    match check:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _guests(part)
        case Not(part):
            yield from _guests(part)
        case Inside(kind, name, part):
            if kind == "guest":
                yield name
            yield from _guests(part)
        case Single(settings=GuestCheck(folder=folder)):
            yield folder


def _plain(package: str) -> str:
    """A package as indexes compare it (PEP 503), without its extras."""
    name, _, version = re.sub(r"\[.*?\]", "", package).partition("==")
    return re.sub(r"[-_.]+", "-", name).lower() + (f"=={version}" if version else "")
