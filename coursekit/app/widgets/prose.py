"""Text of the course in a line or two, such as a hint: `code` is set apart, nothing else is markup."""

from __future__ import annotations

import re

from textual.content import Content

from coursekit.shell.text import visible

_CODE = re.compile(r"`([^`\n]+)`")


def prose(text: str, style: str = "") -> Content:
    """The text for the screen; what could be taken for a control sequence is made visible."""
    parts: list[Content] = []
    for index, part in enumerate(_CODE.split(visible(text))):
        parts.append(Content.styled(part, f"{style} $text-accent".strip() if index % 2 else style))
    return Content("").join(parts)
