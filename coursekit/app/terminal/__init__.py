"""The embedded terminal: a screen engine, a widget that shows it, and the encoding of keys, pastes and mouse events.

The process on the other side of the pseudo-terminal belongs to `shell/`.
"""
