"""What the mouse sends."""

from __future__ import annotations

import pytest

from coursekit.app.terminal.mouse import NO_BUTTON, WHEEL_UP, Action, encode_mouse


@pytest.mark.parametrize(
    ("action", "button", "position", "mode", "sgr", "expected"),
    [
        (Action.PRESS, 0, (0, 0), 1000, True, b"\x1b[<0;1;1M"),
        (Action.RELEASE, 0, (4, 2), 1000, True, b"\x1b[<0;5;3m"),
        (Action.PRESS, 2, (300, 10), 1000, True, b"\x1b[<2;301;11M"),
        (Action.PRESS, WHEEL_UP, (1, 1), 1000, True, b"\x1b[<64;2;2M"),
        (Action.MOVE, 0, (1, 1), 1002, True, b"\x1b[<32;2;2M"),
        (Action.MOVE, NO_BUTTON, (1, 1), 1003, True, b"\x1b[<35;2;2M"),
        (Action.MOVE, NO_BUTTON, (1, 1), 1002, True, None),
        (Action.MOVE, 0, (1, 1), 1000, True, None),
        (Action.PRESS, 0, (0, 0), 1000, False, b"\x1b[M !!"),
        (Action.RELEASE, 0, (0, 0), 1000, False, b"\x1b[M#!!"),
        (Action.PRESS, 0, (300, 0), 1000, False, None),
        (Action.PRESS, 1, (0, 0), 9, False, b"\x1b[M!!!"),
        (Action.RELEASE, 1, (0, 0), 9, False, None),
    ],
)
def test_an_event_becomes_what_xterm_reports(
    action: Action, button: int, position: tuple[int, int], mode: int, sgr: bool, expected: bytes | None
) -> None:
    assert encode_mouse(action, button, position, mode=mode, sgr=sgr) == expected


def test_modifiers_are_reported() -> None:
    data = encode_mouse(Action.PRESS, 0, (0, 0), mode=1000, sgr=True, shift=True, alt=True, ctrl=True)
    assert data == b"\x1b[<28;1;1M"
