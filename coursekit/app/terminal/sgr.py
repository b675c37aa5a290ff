"""Select Graphic Rendition (`CSI … m`): the styles of the pyte engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coursekit.app.terminal.engine import PLAIN, CellStyle, Colour

_CHANGES: dict[int, dict[str, Any]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": 1},
    5: {"blink": True},
    6: {"blink": True},
    7: {"reverse": True},
    8: {"conceal": True},
    9: {"strike": True},
    21: {"underline": 2},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": 0},
    25: {"blink": False},
    27: {"reverse": False},
    28: {"conceal": False},
    29: {"strike": False},
    39: {"foreground": None},
    49: {"background": None},
    53: {"overline": True},
    55: {"overline": False},
    **{30 + n: {"foreground": n} for n in range(8)},
    **{40 + n: {"background": n} for n in range(8)},
    **{90 + n: {"foreground": 8 + n} for n in range(8)},
    **{100 + n: {"background": 8 + n} for n in range(8)},
}


def restyled(style: CellStyle, parameters: str) -> CellStyle:
    """Return the style after `CSI parameters m`; parameters that are unknown change nothing."""
    fields = iter((parameters or "0").split(";"))
    for field in fields:
        code, *details = (int(part) if part.isdecimal() else 0 for part in field.split(":"))
        if code in (38, 48):
            known, colour = _colour(details, fields)
            if known:
                style = style._replace(foreground=colour) if code == 38 else style._replace(background=colour)
        elif code == 58:
            _colour(details, fields)
        elif code == 4 and details:
            style = style._replace(underline=min(details[0], 5))
        elif code == 0:
            style = PLAIN
        elif code in _CHANGES:
            style = style._replace(**_CHANGES[code])
    return style


def _colour(details: list[int], fields: Iterator[str]) -> tuple[bool, Colour]:
    """Read a colour in either notation: `38:5:9`, `38:2::1:2:3`; or from the next fields, as in `38;5;9`."""
    if details:
        kind, parts = details[0], details[1:]
    else:
        kind = _number(fields)
        parts = [_number(fields) for _ in range({5: 1, 2: 3}.get(kind, 0))]
    if kind == 5 and parts and 0 <= parts[0] <= 255:
        return True, parts[0]
    if kind == 2 and len(parts) >= 3 and all(0 <= part <= 255 for part in parts[-3:]):
        red, green, blue = parts[-3:]
        return True, (red, green, blue)
    return False, None


def _number(fields: Iterator[str]) -> int:
    field = next(fields, "")
    return int(field) if field.isdecimal() else 0
