"""Which moments are kept: those at which two courses of action part."""

from __future__ import annotations

from coursekit.model.solution import Type
from coursekit.rehearsal.moments import Deeds, latest, partings


def deeds(text: str) -> Deeds:
    """One command for each letter."""
    return tuple(map(Type, text))


def test_moments_at_which_courses_part() -> None:
    kept = partings([deeds("abcd"), deeds("abx"), deeds("ab"), deeds("abcdy"), deeds("abx")])
    assert kept == {deeds("ab"), deeds("abcd")}
    assert partings([deeds("abc")]) == frozenset()


def test_a_note_makes_no_difference() -> None:
    assert partings([(Type("a", "for the presenter"), *deeds("b")), deeds("ac")]) == {deeds("a")}


def test_the_latest_moment_on_the_way() -> None:
    moments = {deeds(""), deeds("ab"), deeds("abc"), deeds("x")}
    assert latest(deeds("abd"), moments) == deeds("ab")
    assert latest(deeds("abc"), moments) == deeds("abc")
    assert latest(deeds("y"), moments) == ()
