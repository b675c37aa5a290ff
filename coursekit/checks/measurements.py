"""A table of measurements: what an exercise compares, and the app draws.

It is CSV: a line `what,unit,host,guest` with a name for each thing that was compared, then a line for each measurement,
such as `start,s,0.03,4.1`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

from coursekit.shell.text import visible

_ROWS, _COLUMNS, _NAME = 12, 6, 16
"""The most that counts, and the characters that a name may have."""


@dataclass(frozen=True)
class Measurement:
    """One thing that was measured, in several places."""

    what: str
    unit: str
    figures: tuple[tuple[str, float], ...]
    """Where, and how much."""


def measurements_in(table: str) -> list[Measurement]:
    """The measurements in a table; what is no measurement in it is passed over."""
    try:
        lines = list(csv.reader(table.splitlines()))
    except csv.Error:
        return []
    if not lines:
        return []
    names = [_short(name) for name in lines[0][2 : 2 + _COLUMNS]]
    found = []
    for what, unit, *figures in (line for line in lines[1 : 1 + _ROWS] if len(line) > 2):
        both = zip(names, map(_figure, figures), strict=False)
        known = tuple((name, figure) for name, figure in both if figure is not None)
        if known:
            found.append(Measurement(_short(what), _short(unit), known))
    return found


def _figure(text: str) -> float | None:
    """A figure that can be drawn, decimal comma included; None for anything else."""
    try:
        figure = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return figure if 0 <= figure < 1e12 else None


def _short(text: str) -> str:
    return visible(text.strip())[:_NAME]
