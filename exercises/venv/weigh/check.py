"""How many kilobytes an environment takes: what the student wrote down, against what is on the disk now."""

import os
import re

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook, Missing

_TOLERANCE = 0.1
"""The part by which a size may be off: pip compiles a few of its files only when it is used."""
_FILES = {"weigh": ("size.txt", "env"), "bare": ("bare.txt", "bare")}
"""By step: the file with the number, and the value that names the environment."""
_UNITS = {"": 1, "k": 1, "m": 1024, "g": 1024 * 1024}
"""In kilobytes, as `du -h` writes them behind a number."""
_WEIGHED = re.compile(r"[ \t]*[0-9]+(?:[.,][0-9]+)?[ \t]*[kmg]?i?b?[ \t]+(\S.*)", re.IGNORECASE)
"""A line of `du`: a number, and the folder that it is about."""
_UNIT_WORD = re.compile(r"[kmg]?i?b?|(?:kilo|mega|giga)?bytes?", re.IGNORECASE)


def size(context: CheckContext) -> str | None:
    """`size.txt` says how much room `{env}` takes."""
    return _compared(context)


def bare_size(context: CheckContext) -> str | None:
    """`bare.txt` says how much room `{bare}` takes."""
    return _compared(context)


def without_pip(context: CheckContext) -> str | None:
    """`{bare}` has no pip."""
    folder = context.values["bare"]
    if context.place.stat(folder) is None:
        return Missing(f"there is no `{folder}`")
    return f"there is `{folder}/bin/pip`" if context.place.stat(f"{folder}/bin/pip") else None


def no_number(context: CheckContext) -> str | None:
    """The file holds no number."""
    return None if _written(context) is None else "it holds a number"


def several_lines(context: CheckContext) -> str | None:
    """The file holds more than one line."""
    return None if len(_text(context).splitlines()) > 1 else "it holds one line"


def another_folder(context: CheckContext) -> str | None:
    """The name behind the number is not that of the environment."""
    named, wanted = _named(context), context.values[_FILES[context.step][1]]
    return None if named and not _is_called(named, wanted) else f"{named or 'no folder'} is named"


def where_you_stood(context: CheckContext) -> str | None:
    """What was weighed is called by where the student stood, as `.` or `..`."""
    named = _named(context)
    return None if named and os.path.basename(os.path.normpath(named)) in (".", "..") else "it is called by its name"


def in_bytes(context: CheckContext) -> str | None:
    """The number would be right, or nearly so, in bytes."""
    return _would_be_right(context, 1 / 1024, 0.5)


def in_blocks(context: CheckContext) -> str | None:
    """The number would be right in blocks of half a kilobyte."""
    return _would_be_right(context, 1 / 2, _TOLERANCE)


def in_megabytes(context: CheckContext) -> str | None:
    """The number would be right, or nearly so, in megabytes."""
    return _would_be_right(context, 1024, 0.25)


def _compared(context: CheckContext) -> str | None:
    name, value = _FILES[context.step]
    folder = context.values[value]
    facts = context.place.stat(name, follow=True)
    if facts is None or facts.kind != "file":
        return Missing(f"there is no file `{name}`")
    if context.place.stat(folder) is None:
        return Missing(f"there is no `{folder}` to be weighed")
    if (named := _named(context)) and not _is_called(named, folder):
        return f"`{name}` tells of `{named}`, and not of `{folder}`"
    written, real = _written(context), _real(context)
    if written is None:
        return f"there is no number in `{name}`"
    if abs(written - real) <= _TOLERANCE * real:
        return None
    return f"`{name}` says {written:.0f} kilobytes, and `{folder}` takes {'less' if written > real else 'more'}"


def _would_be_right(context: CheckContext, kilobytes: float, tolerance: float) -> str | None:
    written, real = _written(context), _real(context)
    if written is not None and abs(written * kilobytes - real) <= tolerance * real:
        return None
    return "it is another number"


def _text(context: CheckContext) -> str:
    return context.place.read(_FILES[context.step][0], 100_000).decode("utf-8", "replace")


def _named(context: CheckContext) -> str:
    """The folder behind the first number of the file; empty where a number stands alone."""
    lines = (found[1].strip() for line in _text(context).splitlines() if (found := _WEIGHED.fullmatch(line)))
    return next((name for name in lines if not _UNIT_WORD.fullmatch(name)), "")


def _is_called(named: str, folder: str) -> bool:
    return os.path.basename(os.path.normpath(named)) == folder


def _written(context: CheckContext) -> float | None:
    """The first number of the file, in kilobytes, as far as it names its unit; None when there is none."""
    found = re.search(r"(?<!\S)([0-9]+(?:[.,][0-9]+)?)[ \t]*([kmg]?)i?b?(?!\S)", _text(context), re.IGNORECASE)
    return float(found[1].replace(",", ".")) * _UNITS[found[2].lower()] if found else None


def _real(context: CheckContext) -> float:
    folder = context.values[_FILES[context.step][1]]
    weighed = context.place.run(["du", "-sk", folder], limits=context.limits())
    if not weighed.ok:
        raise CouldNotLook(f"`{folder}` cannot be weighed: {weighed.explanation or weighed.output}")
    return float(weighed.output.split()[0])
