"""What a Dockerfile would do, read line by line, and whether a file holds what an image prints."""

import re

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook, Missing
from coursekit.shell.place import Ending
from coursekit.technologies.dockerfile import Instruction, fault, last_stage
from coursekit.technologies.engine.own import trial


def complete(context: CheckContext) -> str | None:
    """`Dockerfile` has what the report needs."""
    looks = (filled, readable, begins, installs, copies, starts)
    return next((found for look in looks if (found := look(context))), None)


def filled(context: CheckContext) -> str | None:
    """No line of `Dockerfile` has a blank."""
    for number, line in enumerate((_text(context, "Dockerfile") or "").splitlines(), start=1):
        if "___" in line and not line.lstrip().startswith("#"):
            return f"line {number} still has a blank: {line.strip()}"
    return None


def readable(context: CheckContext) -> str | None:
    """A builder can read every line of `Dockerfile`."""
    return _unreadable(context, "Dockerfile")


def readable_again(context: CheckContext) -> str | None:
    """A builder can read every line of `{project}/Dockerfile`."""
    return _unreadable(context, f"{context.values['project']}/Dockerfile")


def begins(context: CheckContext) -> str | None:
    """The image begins with Python 3.11."""
    base = last_stage(_text(context, "Dockerfile") or "")[0]
    if base.removeprefix("docker.io/").removeprefix("library/") == "python:3.11-slim":
        return None
    return f"it begins with {base or 'nothing'}"


def installs(context: CheckContext) -> str | None:
    """What the list pins is installed while the image is built."""
    pinned = f"tabulate=={context.values['version']}"
    for found in _written(context):
        if found.word == "RUN" and re.search(r"pip[0-9.]*\s+install\s", found.rest):
            if "requirements.txt" in found.rest or pinned in found.rest:
                return None
            return f"line {found.line} installs something else: {found.rest}"
    return "no line with RUN installs anything"


def copies(context: CheckContext) -> str | None:
    """All that is needed inside is copied there."""
    missing = {"report.py", "visitors.csv", "requirements.txt"}
    for found in _written(context):
        if found.word == "RUN" and "requirements.txt" in found.rest and "requirements.txt" in missing:
            return f"line {found.line} needs requirements.txt, and no line above it has brought that in"
        missing = {name for name in missing if not found.brings(name)}
    missing.discard("requirements.txt")
    return f"no line brings {' and '.join(sorted(missing))} in" if missing else None


def starts(context: CheckContext) -> str | None:
    """A container from it starts the report."""
    written = _written(context)
    for found in written:
        if found.word == "RUN" and "report.py" in found.rest:
            return f"line {found.line} runs the report while the image is built, and not when a container starts"
    said = [found for found in written if found.word in ("CMD", "ENTRYPOINT")]
    if not said:
        return "no line says what a container does when it starts"
    words = [word for found in said for word in found.words]
    glued = next((word for word in words if " " in word.strip() and "report.py" in word), None)
    if glued and not any(re.fullmatch(r"-[a-z]*c", word) for word in words):
        return f"line {said[-1].line} has one word for all, and there is no program called `{glued}`"
    if not any(word.endswith("report.py") for word in " ".join(words).split()):
        return f"line {said[-1].line} starts something else: {said[-1].rest}"
    return None


def kept(context: CheckContext) -> str | None:
    """`number.txt` holds what {word}-{code}:{tag} prints."""
    values = context.values
    return _as_printed(context, "number.txt", f"{values['word']}-{values['code']}:{values['tag']}")


def kept_again(context: CheckContext) -> str | None:
    """`{project}/number.txt` holds what {goods}-{shelf}:{mark} prints."""
    values = context.values
    name = f"{values['goods']}-{values['shelf']}:{values['mark']}"
    return _as_printed(context, f"{values['project']}/number.txt", name)


def _unreadable(context: CheckContext, path: str) -> str | None:
    text = _text(context, path)
    return f"there is no {path}" if text is None else fault(text) or None


def _written(context: CheckContext) -> list[Instruction]:
    return last_stage(_text(context, "Dockerfile") or "")[1]


def _text(context: CheckContext, path: str) -> str | None:
    try:
        return context.place.read(path).decode("utf-8", "replace")
    except OSError:
        return None


def _as_printed(context: CheckContext, path: str, image: str) -> str | None:
    """Nothing when the file holds what the image prints, which is run for the purpose."""
    held = _text(context, path)
    if held is None:
        return Missing(f"there is no {path}")
    engine = context.engine()
    if engine.image(image) is None:
        return Missing(f"there is no image {image}")
    done = trial(engine, image, None, context.ledger, context.limits(60), context.cancelled)
    if done.ending is Ending.CANCELLED:
        raise CouldNotLook(done.explanation)
    if done.ending is not Ending.EXITED or done.exit_status != 0:
        return f"{image} does not run to a good end: {done.explanation or done.output}"
    has, prints = (text.strip().splitlines() for text in (held, done.output))
    other = next((line for line in has if line not in prints), None)
    if other is not None:
        return f"it has the line `{other}`, and the image does not print that"
    lost = next((line for line in prints if line not in has), None)
    return None if lost is None else f"it lacks the line `{lost}`"
