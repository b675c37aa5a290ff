"""A table of measurements as bars: what people would rather look at than read.

The table is CSV: a line `what,unit,host,guest` with a name for each thing that was compared, then a line for each
measurement, such as `start,s,0.03,4.1`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coursekit.shell.text import visible

_LARGEST = 20_000
"""Bytes of a table that is drawn."""
_ROWS, _COLUMNS, _NAME = 12, 6, 16
"""The most that is drawn, and the characters that a name may have."""
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True)
class Measurement:
    """One thing that was measured, in several places."""

    what: str
    unit: str
    figures: tuple[tuple[str, float], ...]
    """Where, and how much."""


def read_table(path: Path) -> list[Measurement]:
    """The measurements in a table; what is no measurement in it is passed over. Nothing where there is no table."""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            lines = list(csv.reader(file.read(_LARGEST).splitlines()))
    except (OSError, csv.Error):
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


def draw(measurements: list[Measurement], width: int) -> Iterator[str]:
    """Lines of bars, at most so many columns wide. The bars of one measurement are to scale, those of two are not."""
    names = max((len(name) for one in measurements for name, _ in one.figures), default=0)
    for one in measurements:
        yield f"{one.what} ({one.unit})" if one.unit else one.what
        most = max(figure for _, figure in one.figures)
        texts = [f"{figure:g}" for _, figure in one.figures]
        digits = max(map(len, texts))
        room = max(4, width - names - digits - 4)
        for (name, figure), text in zip(one.figures, texts, strict=True):
            yield f"  {name:<{names}} {text:>{digits}} {_bar(figure / most if most else 0.0, room)}".rstrip()


def _bar(share: float, room: int) -> str:
    whole, rest = divmod(round(share * room * 8), 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "▏" if share and not whole else "")


def _figure(text: str) -> float | None:
    """A figure that can be drawn, decimal comma included; None for anything else."""
    try:
        figure = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return figure if 0 <= figure < 1e12 else None


def _short(text: str) -> str:
    return visible(text.strip())[:_NAME]
