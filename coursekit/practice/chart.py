"""A student's table of measurements as bars: what people would rather look at than read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from coursekit.checks.measurements import Measurement, measurements_in
from coursekit.shell.local import read_file

_LARGEST = 20_000
"""Bytes of a table that is drawn."""
_EIGHTHS = " ▏▎▍▌▋▊▉"


def draw_table(path: Path, width: int) -> list[str]:
    """A file's measurements in lines at most so many columns wide; none where there is no such table."""
    try:
        text = read_file(path, _LARGEST).decode("utf-8", "replace")
    except OSError:
        return []
    return list(draw(measurements_in(text), width))


def draw(measurements: Sequence[Measurement], width: int) -> Iterator[str]:
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
