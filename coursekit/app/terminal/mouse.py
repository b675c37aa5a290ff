"""What the mouse sends to a program that tracks it (modes 9, 1000, 1002, 1003), with or without mode 1006."""

from __future__ import annotations

from enum import Enum

WHEEL_UP, WHEEL_DOWN, WHEEL_LEFT, WHEEL_RIGHT = 64, 65, 66, 67
NO_BUTTON = 3
_MOTION = 32
_LARGEST = 222
"""The largest column or row, from 0, that the old form can say."""


class Action(Enum):
    """What the mouse did."""

    PRESS = "press"
    RELEASE = "release"
    MOVE = "move"


def encode_mouse(
    action: Action,
    button: int,
    position: tuple[int, int],
    *,
    mode: int,
    sgr: bool,
    shift: bool = False,
    alt: bool = False,
    ctrl: bool = False,
) -> bytes | None:
    """Return the report of an event, or None when a program in this mode does not want it.

    `button` is 0 left, 1 middle, 2 right, `NO_BUTTON`, or a wheel; `position` column and row from 0.
    """
    x, y = position
    if action is Action.MOVE and (mode < 1002 or (mode == 1002 and button == NO_BUTTON)):
        return None
    if mode == 9 and (action is not Action.PRESS or button > 2):
        return None
    code = button + (_MOTION if action is Action.MOVE else 0)
    if mode != 9:
        code += 4 * shift + 8 * alt + 16 * ctrl
    if sgr:
        return f"\x1b[<{code};{x + 1};{y + 1}{'m' if action is Action.RELEASE else 'M'}".encode()
    if action is Action.RELEASE:
        code = (code & ~3) | NO_BUTTON
    if max(x, y) > _LARGEST:
        return None
    return b"\x1b[M" + bytes([32 + code, 33 + x, 33 + y])
