"""What a saved image holds, and what a registry answers: the very image that is meant, under the name that is meant."""

from __future__ import annotations

import http.client
import io
import json
import re
import tarfile
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from coursekit.checks.context import CheckContext
from coursekit.checks.custom import CouldNotLook, Missing

_LARGEST = 50_000_000
"""Bytes of a saved image that are read: one on busybox takes two million."""
_PATIENCE = 5.0
_MANIFESTS = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in (
        "docker.distribution.manifest.v2",
        "docker.distribution.manifest.list.v2",
        "oci.image.manifest.v1",
        "oci.image.index.v1",
    )
)
"""What an image may look like in a registry. One that is asked for less may answer with a digest of another form."""


class Saved(NamedTuple):
    """What a file of `docker save` holds."""

    names: list[str]
    identifiers: set[str]
    """Of its images. Engines name an image by the digest of its configuration, or by that of its manifest."""
    of_a_container: bool = False
    """It is what `docker export` makes: files, and no image."""


def saved(context: CheckContext) -> str | None:
    """`{file}-{code}.tar` holds the image `{word}-{code}:1.0` under its name."""
    held = _saved(context)
    if isinstance(held, str):
        return held
    if held.of_a_container:
        return "it holds files, and no image"
    if not held.names:
        return "it holds an image without a name"
    return None if _named(held, _image(context)) else f"it holds {', '.join(held.names)}"


def exported(context: CheckContext) -> str | None:
    """`{file}-{code}.tar` holds the files of a container, and no image."""
    held = _saved(context)
    return None if isinstance(held, Saved) and held.of_a_container else "it does not"


def nameless(context: CheckContext) -> str | None:
    """`{file}-{code}.tar` holds an image without a name."""
    held = _saved(context)
    return None if isinstance(held, Saved) and held.identifiers and not held.names else "it does not"


def loaded(context: CheckContext) -> str | None:
    """`{word}-{code}:1.0` is the very image that was saved in `{file}-{code}.tar`."""
    held = _saved(context)
    if isinstance(held, str):
        return held
    record = context.engine().image(_image(context))
    if record is None:
        return Missing(f"there is no image {_image(context)}")
    return None if record["Id"] in held.identifiers else f"{_image(context)} is another image than the one in the file"


def pushed(context: CheckContext) -> str | None:
    """the registry holds the image that is called `localhost:{door}/{word}-{code}:1.0` here."""
    return _handed_over(context, _shared(context), "1.0")


def noted(context: CheckContext) -> str | None:
    """`digest.txt` names what the registry holds as 1.0, by its digest."""
    return _names_it(context, "digest.txt", _shared(context), "1.0")


def identifier_noted(context: CheckContext) -> str | None:
    """`digest.txt` holds the identifier that the image has on this machine."""
    record = context.engine().image(f"{_shared(context)}:1.0")
    text = _text(context, "digest.txt")
    return None if record and record["Id"].removeprefix("sha256:")[:12] in text else "it does not"


def moved(context: CheckContext) -> str | None:
    """the tag 1.0 leads to another image in the registry than `digest.txt` names."""
    try:
        now = _digest(context, _shared(context), "1.0")
    except LookupError as unknown:
        return str(unknown)
    return None if now not in _text(context, "digest.txt") else "it leads to the same image as before"


def pinned(context: CheckContext) -> str | None:
    """`localhost:{door}/{word}-{code}:paper` is the image that `digest.txt` names."""
    name = f"{_shared(context)}:paper"
    record = context.engine().image(name)
    if record is None:
        return Missing(f"there is no image {name}")
    known = [digest.partition("@")[2] for digest in record.get("RepoDigests") or ()]
    return None if any(digest in _text(context, "digest.txt") for digest in known) else "it is another image"


def handed_over(context: CheckContext) -> str | None:
    """the registry holds the image that is called `localhost:{door}/{project}-{mark}:{release}` here."""
    return _handed_over(context, _given(context), context.values["release"])


def handed_over_and_noted(context: CheckContext) -> str | None:
    """`{project}/digest.txt` names what the registry holds as {release}, by its digest."""
    return _names_it(context, f"{context.values['project']}/digest.txt", _given(context), context.values["release"])


def _image(context: CheckContext) -> str:
    return f"{context.values['word']}-{context.values['code']}:1.0"


def _shared(context: CheckContext) -> str:
    """Maggie's repository in the registry, as the engine calls it."""
    return f"localhost:{context.values['door']}/{context.values['word']}-{context.values['code']}"


def _given(context: CheckContext) -> str:
    """John's."""
    return f"localhost:{context.values['door']}/{context.values['project']}-{context.values['mark']}"


def _saved(context: CheckContext) -> Saved | str:
    """What the saved file holds; why nobody can tell, as a text."""
    path = f"{context.values['file']}-{context.values['code']}.tar"
    try:
        data = context.place.read(path, _LARGEST)
    except OSError:
        return Missing(f"there is no file {path}")
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            manifests: list[dict[str, Any]] = _json(archive, "manifest.json")
            index: dict[str, Any] = _json(archive, "index.json", {})
    except KeyError:
        return Saved([], set(), of_a_container=True)
    except (tarfile.TarError, EOFError, OSError, ValueError):
        return f"{path} is not what `docker save` writes"
    names = [name for entry in manifests for name in entry.get("RepoTags") or ()]
    configurations = (re.search(r"[0-9a-f]{64}", entry["Config"]) for entry in manifests)
    identifiers = {f"sha256:{digest[0]}" for digest in configurations if digest}
    return Saved(names, identifiers | {entry["digest"] for entry in index.get("manifests", ())})


def _json(archive: tarfile.TarFile, name: str, otherwise: Any = None) -> Any:
    """A file of the archive. Raises KeyError when it is not there and nothing is to take its place."""
    if otherwise is not None and name not in archive.getnames():
        return otherwise
    file = archive.extractfile(name)
    return json.loads(file.read(1_000_000)) if file else otherwise


def _named(held: Saved, image: str) -> bool:
    """Podman puts `localhost/` before a name without a registry."""
    return any(name == image or name.endswith(f"/{image}") for name in held.names)


def _handed_over(context: CheckContext, repository: str, tag: str) -> str | None:
    record = context.engine().image(f"{repository}:{tag}")
    if record is None:
        return Missing(f"there is no image {repository}:{tag} here")
    try:
        there = _digest(context, repository, tag)
    except LookupError as unknown:
        return str(unknown)
    here = [digest.partition("@")[2] for digest in record.get("RepoDigests") or ()]
    return None if there in here else "what the registry holds under that tag is another image"


def _names_it(context: CheckContext, path: str, repository: str, tag: str) -> str | None:
    text = _text(context, path)
    if not text:
        return f"there is nothing in {path}" if context.place.stat(path) else f"there is no {path}"
    try:
        there = _digest(context, repository, tag)
    except LookupError as unknown:
        return str(unknown)
    return None if text.split() == [f"{repository}@{there}"] else f"it says {text}"


def _digest(context: CheckContext, repository: str, tag: str) -> str:
    """The digest of what a tag leads to, as the registry says it. Raises LookupError, CouldNotLook."""
    name = repository.partition("/")[2]
    endpoint, door = context.engine().endpoint, context.values["door"]
    host = "127.0.0.1" if endpoint.socket else urlsplit(endpoint.url).hostname or "127.0.0.1"
    connection = http.client.HTTPConnection(host, int(door), timeout=_PATIENCE)
    try:
        connection.request("HEAD", f"/v2/{name}/manifests/{tag}", headers={"Accept": _MANIFESTS})
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException):
        raise LookupError(f"no registry answers at port {door}") from None
    finally:
        connection.close()
    if answer.status == 404:
        raise LookupError(f"the registry has no image {name} with the tag {tag}")
    if answer.status != 200:
        raise CouldNotLook(f"the registry answered with status {answer.status}")
    return answer.headers["Docker-Content-Digest"]


def _text(context: CheckContext, path: str) -> str:
    """What a file holds; nothing when it is not there."""
    facts = context.place.stat(path, follow=True)
    if facts is None or facts.kind != "file":
        return ""
    return context.place.read(path, 10_000).decode("utf-8", "replace").strip()
