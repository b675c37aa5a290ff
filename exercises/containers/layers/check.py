"""In which order a Dockerfile does its work, and what an image holds that has no business there."""

import re

from coursekit.checks.context import CheckContext
from coursekit.technologies.dockerfile import Instruction, last_stage
from coursekit.technologies.engine.own import peek


def listed(context: CheckContext) -> str | None:
    """Dockerfile brings requirements.txt in before pip reads it."""
    before = _before_pip(context, "Dockerfile")
    return None if any(found.brings("requirements.txt") for found in before) else "pip finds no requirements.txt"


def code_later(context: CheckContext) -> str | None:
    """Dockerfile brings the code in only after the packages are installed."""
    return _too_early(context, "Dockerfile", "report.py", "visitors.csv")


def code_later_again(context: CheckContext) -> str | None:
    """{project}/Dockerfile brings the code and the data in only after the packages are installed."""
    return _too_early(context, f"{context.values['project']}/Dockerfile", "stock.py", "stock.csv")


def day_later(context: CheckContext) -> str | None:
    """{project}/Dockerfile names the day only after the packages are installed."""
    for found in _before_pip(context, f"{context.values['project']}/Dockerfile"):
        if found.word in ("ENV", "LABEL") and "DAY" in found.rest:
            return f"line {found.line} stands before pip"
    return None


def nothing_else(context: CheckContext) -> str | None:
    """{word}-{code}:5 holds neither env nor .git."""
    return _holds(context, f"{context.values['word']}-{context.values['code']}:5", "env", ".git")


def nothing_of_hers(context: CheckContext) -> str | None:
    """Neither image holds Priya's {box}."""
    image = f"{context.values['goods']}-{context.values['shelf']}"
    held = (_holds(context, f"{image}:{day}", context.values["box"]) for day in ("monday", "tuesday"))
    return next(filter(None, held), None)


def _before_pip(context: CheckContext, path: str) -> list[Instruction]:
    """What stands before the first line that lets pip install."""
    try:
        written = last_stage(context.place.read(path).decode("utf-8", "replace"))[1]
    except OSError:
        return []
    installs = [n for n, found in enumerate(written) if re.search(r"pip[0-9.]*\s+install", found.rest)]
    return written[: installs[0]] if installs else written


def _too_early(context: CheckContext, path: str, *names: str) -> str | None:
    for found in _before_pip(context, path):
        if any(found.brings(name) for name in names):
            return f"line {found.line} stands before pip: {found}"
    return None


def _holds(context: CheckContext, image: str, *names: str) -> str | None:
    """What of these lies in the folder in which the image's program starts."""
    engine = context.engine()
    if engine.image(image) is None:
        return f"there is no image {image}"
    with peek(engine, image, context.ledger) as inside:
        held = [name for name in names if inside.stat(f"{inside.root}/{name}") is not None]
    return f"{image} holds {' and '.join(held)}" if held else None
