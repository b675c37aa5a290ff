"""What the engine's record tells of a container's past: whether it has ended before."""

from __future__ import annotations

from coursekit.checks.context import CheckContext


def has_ended_before(context: CheckContext) -> str | None:
    """`{thing}-{number}` has been stopped since it was made."""
    ended = _ended(context)
    return "it has not" if ended is False else None if ended else "there is no such container"


def never_ended(context: CheckContext) -> str | None:
    """`{thing}-{number}` is a new container."""
    ended = _ended(context)
    return "it is the same as before" if ended else None if ended is False else "there is no such container"


def _ended(context: CheckContext) -> bool | None:
    """Whether the container has ended at least once; None when there is none. What has not ended bears the year 1."""
    record = context.engine().container(f"{context.values['thing']}-{context.values['number']}")
    return None if record is None else not str(record["State"].get("FinishedAt") or "0001").startswith("0001")
