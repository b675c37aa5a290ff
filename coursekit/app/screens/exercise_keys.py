"""The keys of an exercise. All but Enter are priority keys: two keys that arrive together must not part company."""

from __future__ import annotations

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("f1", "help", "Help", key_display="F1", priority=True),
    Binding("f2", "check", "Check", key_display="F2", priority=True),
    Binding("f3", "hint", "Hint", key_display="F3", priority=True),
    Binding("f4", "insert", "Insert", key_display="F4", priority=True),
    Binding("f5", "other_side", "Switch", key_display="F5", priority=True),
    Binding("f6", "zoom", "Zoom", key_display="F6", show=False, priority=True),
    Binding("f7", "reset", "Reset", key_display="F7", show=False, priority=True),
    Binding("f8", "previous", "Previous", key_display="F8", show=False, priority=True),
    Binding("f9", "next", "Next", key_display="F9", priority=True),
    Binding("f10", "map", "Map", key_display="F10", priority=True),
    Binding("ctrl+@,ctrl+space,alt+m", "menu", "Menu", key_display="^Space", priority=True),
    Binding("escape", "close", "Close", show=False, priority=True),
    Binding("enter", "reopen", "New shell", show=False),
]
