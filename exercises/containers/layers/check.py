"""In which order a Dockerfile does its work, and what an image holds that has no business there."""

import re

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook, Missing
from coursekit.checks.image import ImageCheck, Reuse
from coursekit.model.verdict import Outcome
from coursekit.technologies.dockerfile import Instruction, last_stage
from coursekit.technologies.engine.own import peek

_PIP = re.compile(r"pip[0-9.]*\s+install")


def changed(context: CheckContext) -> str | None:
    """`report.py` is another in {word}-{code}:2 than in {word}-{code}:1."""
    return _same_report(context, "1", "2")


def changed_again(context: CheckContext) -> str | None:
    """`report.py` is another in {word}-{code}:4 than in {word}-{code}:3."""
    return _same_report(context, "3", "4")


def installed_again(context: CheckContext) -> str | None:
    """Building {word}-{code}:2 installed the packages again."""
    first, second = _name(context, "1"), _name(context, "2")
    records = [context.engine().image(image) for image in (first, second)]
    for image, record in zip((first, second), records, strict=True):
        if record is None:
            return Missing(f"there is no image {image}")
    if len({record["Id"] for record in records if record}) == 1:
        return f"{second} and {first} are one and the same image"
    if not any(_PIP.search(step["CreatedBy"]) for step in context.engine().history(second)):
        return "no step of it installs the packages."
    taken = ImageCheck(second, reuses=Reuse(first, r"pip[0-9.]* install")).judge(context)
    if taken.outcome is Outcome.ERROR:
        raise CouldNotLook(taken.observed)
    return f"it took them from {first}" if taken.outcome is Outcome.PASSED else None


def listed(context: CheckContext) -> str | None:
    """`Dockerfile` brings requirements.txt in before pip reads it."""
    before = _before_pip(context, "Dockerfile")
    return None if any(found.brings("requirements.txt") for found in before) else "pip finds no requirements.txt"


def code_later(context: CheckContext) -> str | None:
    """`Dockerfile` brings the code in only after the packages are installed."""
    return _too_early(context, "Dockerfile", "report.py", "visitors.csv")


def code_later_again(context: CheckContext) -> str | None:
    """`{project}/Dockerfile` brings the code and the data in only after the packages are installed."""
    return _too_early(context, f"{context.values['project']}/Dockerfile", "stock.py", "stock.csv")


def day_later(context: CheckContext) -> str | None:
    """`{project}/Dockerfile` names the day only after the packages are installed."""
    for found in _before_pip(context, f"{context.values['project']}/Dockerfile"):
        if found.word in ("ENV", "LABEL") and "DAY" in found.rest:
            return f"line {found.line} stands before pip"
    return None


def ignored(context: CheckContext) -> str | None:
    """`.dockerignore` names env and .git."""
    try:
        lines = context.place.read(".dockerignore").decode("utf-8", "replace").splitlines()
    except OSError:
        return Missing("there is no file .dockerignore")
    patterns = {re.sub(r"^(\*\*/|\./|/)|/\**$", "", line.strip()) for line in lines}
    missing = [name for name, more in (("env", set()), (".git", {".*"})) if not patterns & {name, "*", "**", *more}]
    return f"it does not name {' and '.join(missing)}" if missing else None


def nothing_else(context: CheckContext) -> str | None:
    """{word}-{code}:5 holds neither env nor .git."""
    return _holds(context, _name(context, "5"), "env", ".git")


def nothing_of_hers(context: CheckContext) -> str | None:
    """Neither image holds Priya's {box}."""
    image = f"{context.values['goods']}-{context.values['shelf']}"
    held = (_holds(context, f"{image}:{day}", context.values["box"]) for day in ("monday", "tuesday"))
    return next(filter(None, held), None)


def _name(context: CheckContext, tag: str) -> str:
    return f"{context.values['word']}-{context.values['code']}:{tag}"


def _same_report(context: CheckContext, *tags: str) -> str | None:
    """That two images hold the same `report.py`, or what else hinders the comparison."""
    held = []
    for image in (_name(context, tag) for tag in tags):
        if context.engine().image(image) is None:
            return Missing(f"there is no image {image}")
        with peek(context.engine(), image, context.ledger) as inside:
            try:
                held.append(inside.read("report.py"))
            except OSError:
                return f"{image} holds no report.py"
    return "it is the same in both" if held[0] == held[1] else None


def _before_pip(context: CheckContext, path: str) -> list[Instruction]:
    """What stands before the first line that lets pip install."""
    try:
        written = last_stage(context.place.read(path).decode("utf-8", "replace"))[1]
    except OSError:
        return []
    installs = [n for n, found in enumerate(written) if _PIP.search(found.rest)]
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
        return Missing(f"there is no image {image}")
    with peek(engine, image, context.ledger) as inside:
        held = [name for name in names if inside.stat(f"{inside.root}/{name}") is not None]
    return f"{image} holds {' and '.join(held)}" if held else None
