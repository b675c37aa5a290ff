"""Attacks as data: each comes with the switch that turns its defence off, so that the test proves it has teeth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Attack:
    """What a rude program or a cheat does, and asserts of what coursekit made of it."""

    play: Callable[[Path], None]
    """Given an empty folder; AssertionError when the attack has worked, another error when it was not played."""
    defenceless: Callable[[pytest.MonkeyPatch], None]
    """Switches off the defence that this attack is stopped by."""

    @property
    def name(self) -> str:
        return self.play.__name__


def survived(attack: Attack, folder: Path) -> None:
    """The attack fails."""
    attack.play(folder)


def has_teeth(attack: Attack, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Without its defence, the attack works."""
    attack.defenceless(patch)
    with pytest.raises(AssertionError):
        attack.play(folder)
