"""Which moments of an exercise are worth keeping: those at which two courses of action part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from coursekit.model.solution import Action

Deeds = tuple[Action, ...]
"""All that has been done since the start: a moment."""


def partings(courses: Iterable[Deeds]) -> frozenset[Deeds]:
    """The moments that two courses of action have in common, and after which they differ, or one of them ends."""
    following: dict[Deeds, set[Action | None]] = defaultdict(set)
    for deeds in courses:
        for number, action in enumerate(deeds):
            following[deeds[:number]].add(action)
        following[deeds].add(None)
    return frozenset(moment for moment, actions in following.items() if len(actions) > 1)


def latest(deeds: Deeds, moments: Collection[Deeds]) -> Deeds:
    """The latest of some moments on the way of a course of action. The start must be among them."""
    return max((moment for moment in moments if deeds[: len(moment)] == moment), key=len)
