"""What an engine's record says of a door: whether it opens to this machine only."""

from __future__ import annotations

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import Missing

_LOOPBACK = ("127.", "::1")


def door_for_this_machine_only(context: CheckContext) -> str | None:
    """`web-{code}` is open to no other machine."""
    return _open_to_others(context, f"web-{context.values['code']}")


def gate_for_this_machine_only(context: CheckContext) -> str | None:
    """`{town}-{mark}` is open to no other machine."""
    return _open_to_others(context, f"{context.values['town']}-{context.values['mark']}")


def _open_to_others(context: CheckContext, name: str) -> str | None:
    record = context.engine().container(name)
    if record is None:
        return Missing(f"there is no container {name}")
    published = record["NetworkSettings"].get("Ports") or {}
    ends = [end for listed in published.values() for end in listed or ()]
    wide = [end["HostPort"] for end in ends if not end["HostIp"].startswith(_LOOPBACK)]
    return f"port {wide[0]} is open at every address of this machine" if wide else None
