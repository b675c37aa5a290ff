"""A connection to an engine: what it is asked and told, each in one place, with its troubles in plain words."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import tarfile
import time
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from coursekit.shell.running import Cancelled, never
from coursekit.technologies.engine.about import About, described
from coursekit.technologies.engine.client import open_client
from coursekit.technologies.engine.endpoint import Endpoint, find_endpoint
from coursekit.technologies.engine.interruption import answers_noted, hung_up_when
from coursekit.technologies.engine.problem import EngineProblem, Gone, Refused, asking
from coursekit.technologies.engine.reading import Reading

_PATIENCE = 15.0
"""Seconds that an engine gets to answer a question."""


class Engine:
    """An engine that answers. A context manager."""

    def __init__(self, endpoint: Endpoint, patience: float = _PATIENCE) -> None:
        """Connect. Raises EngineProblem."""
        self.endpoint = endpoint
        self._api, self._version = open_client(endpoint, patience)
        self._about: About | None = None

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._api.close()

    def be_patient(self, seconds: float) -> None:
        """From now on wait so long for an answer."""
        self._api.timeout = seconds

    @property
    def about(self) -> About:
        """Which engine this is. Raises EngineProblem."""
        if self._about is None:
            try:
                with self._asking():
                    info = self._api.info()
            except Gone as gone:  # it answers, and is no engine
                raise EngineProblem(str(gone)) from gone
            self._about = described(info, self._version, self.endpoint)
        return self._about

    # What there is: each gives the engine's own record, or None. https://docs.docker.com/reference/api/engine/

    def container(self, name: str) -> dict[str, Any] | None:
        """A container, by exact name or whole identifier: an engine takes the beginning of an identifier as well."""
        found = self._found(self._api.inspect_container, name)
        exact = found and name in (found["Name"].lstrip("/"), found["Id"])
        return found if exact else None

    def image(self, name: str) -> dict[str, Any] | None:
        """An image, by one of its names or its whole identifier."""
        found = self._found(self._api.inspect_image, name)
        if found and re.fullmatch("[0-9a-f]{1,63}", name):  # it could be the beginning of an identifier
            names = [tag.rpartition("/")[2] for tag in found.get("RepoTags") or ()]
            return found if f"{name}:latest" in names else None
        return found

    def volume(self, name: str) -> dict[str, Any] | None:
        return self._found(self._api.inspect_volume, name)

    def network(self, name: str) -> dict[str, Any] | None:
        found = self._found(self._api.inspect_network, name)
        return found if found and found["Name"] == name else None

    def history(self, image: str) -> list[dict[str, Any]]:
        """The steps by which an image came about, the newest first. Raises Gone."""
        with self._asking():
            return list(self._api.history(image))

    def labelled(self, key: str, value: str) -> list[str]:
        """The identifiers of all containers with a label of exactly this value."""
        with self._asking():
            found = self._api.containers(all=True, filters={"label": f"{key}={value}"})
        return [str(one["Id"]) for one in found if (one.get("Labels") or {}).get(key) == value]

    def labelled_volumes(self, key: str, value: str) -> list[str]:
        """The names of all volumes with a label of exactly this value."""
        with self._asking():
            found = self._api.volumes(filters={"label": f"{key}={value}"}).get("Volumes") or ()
        return [str(one["Name"]) for one in found if (one.get("Labels") or {}).get(key) == value]

    def running(self) -> list[dict[str, Any]]:
        """Every container that runs, as the list shows it."""
        with self._asking():
            return [dict(found) for found in self._api.containers()]

    def any_image(self) -> str | None:
        """The identifier of the oldest image here, hardly one that is being removed now; None when there is none."""
        with self._asking():
            found = self._api.images()
        return str(min(found, key=lambda image: image["Created"])["Id"]) if found else None

    def all_images(self) -> frozenset[str]:
        """The identifiers of all images, those without a name included."""
        with self._asking():
            return frozenset(map(str, self._api.images(all=True, quiet=True)))

    def images_named(self, names: Sequence[str]) -> dict[str, str]:
        """Those of these names, each with its tag, that images bear now: by the images' identifiers. One question."""
        with self._asking():
            found = self._api.images(filters={"reference": list(names)})
        theirs = [(image["Id"], tag.removeprefix("localhost/")) for image in found for tag in _names(image, "RepoTags")]
        return {image: tag for image, tag in theirs if tag in names}

    def nameless_images(self) -> frozenset[str]:
        """The identifiers of the images that have no name, and on which no other stands."""
        with self._asking():
            return frozenset(map(str, self._api.images(filters={"dangling": True}, quiet=True)))

    def digests(self, repositories: Collection[str]) -> list[str]:
        """The images that have no name but one by digest, ``REPOSITORY@DIGEST``, in one of these repositories."""
        with self._asking():
            found = self._api.images()
        bare = [image for image in found if not _names(image, "RepoTags")]
        known = [digests for image in bare if (digests := _names(image, "RepoDigests"))]
        return [
            digests[0]
            for digests in known
            if all(digest.partition("@")[0].removeprefix("localhost/") in repositories for digest in digests)
        ]

    def image_names(self, repository: str) -> list[str]:
        """Every name that images have in a repository, each with its tag."""
        with self._asking():
            found = self._api.images(name=repository)
        return [name for image in found for name in image["RepoTags"] or () if name.rpartition(":")[0] == repository]

    def containers_of(self, image: str) -> list[str]:
        """The identifiers of all containers made from an image, or from one that stands on it."""
        with self._asking():
            return [str(found["Id"]) for found in self._api.containers(all=True, filters={"ancestor": image})]

    def logs(self, container: str, limit: int = 1_000_000) -> str:
        """The newest of what a container printed, both streams. Raises Gone."""
        with self._asking():
            said = self._api.logs(container, stdout=True, stderr=True, stream=False, tail=10_000)
        return bytes(said)[-limit:].decode("utf-8", "replace")

    def _found(self, ask: Any, name: str) -> dict[str, Any] | None:
        try:
            with self._asking():
                return dict(ask(name))
        except (Gone, Refused):  # not there, or a name that no such thing can have
            return None

    # Files in a container, running or not

    def file_facts(self, container: str, path: str) -> dict[str, Any] | None:
        """What the API says of a path: name, size, mode (Go's bits), mtime, linkTarget. Raises EngineProblem.

        The SDK has only the whole archive, which takes fifty times as long as its head. None for what is not there; the
        API does not see what is mounted in memory, such as /proc.
        """
        url = f"{self._api.base_url}/v{self._api.api_version}/containers/{container}/archive"
        with self._asking():
            answered = self._api.head(url, params={"path": path}, timeout=self._api.timeout)
        if answered.status_code == 404:
            return None
        if not answered.ok:
            self._require_impossible(container, path)
            return None
        facts: dict[str, Any] = json.loads(base64.b64decode(answered.headers["X-Docker-Container-Path-Stat"]))
        return facts

    def _require_impossible(self, container: str, path: str) -> None:
        """Raise EngineProblem, unless the path is one that cannot be. Only the archive says why."""
        try:
            with self._asking():
                self._api.get_archive(container, path)
        except EngineProblem as problem:
            if not any(words in str(problem) for words in _IMPOSSIBLE):
                raise

    def archive(self, container: str, path: str) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
        """The members of a path's archive, one after the other. Raises FileNotFoundError, EngineProblem."""
        try:
            with self._asking():
                stream, _ = self._api.get_archive(container, path)
        except Gone:
            raise FileNotFoundError(path) from None
        with (
            self._asking(),
            contextlib.closing(stream),
            tarfile.open(fileobj=Reading(stream), mode="r|") as archive,
        ):
            for member in archive:
                yield member, archive

    # Programs in a running container

    def start_program(self, container: str, argv: Sequence[str], environment: Mapping[str, str]) -> tuple[str, Any]:
        """Start a program inside, both ways open; gives its identifier and the stream to it. Raises EngineProblem."""
        with self._asking():
            created = self._api.exec_create(
                container, list(argv), stdin=True, stdout=True, stderr=True, environment=dict(environment)
            )
            return str(created["Id"]), self._api.exec_start(created["Id"], socket=True)

    def run_behind(self, container: str, argv: Sequence[str]) -> str:
        """Start a program inside and leave it alone; gives its identifier. Raises EngineProblem."""
        with self._asking():
            created = self._api.exec_create(container, list(argv), stdout=False, stderr=False)
            self._api.exec_start(created["Id"], detach=True)
        return str(created["Id"])

    def program_runs(self, identifier: str) -> bool:
        with self._asking():
            return bool(self._api.exec_inspect(identifier)["Running"])

    # Images that come and go. `transfer` alone calls these, and puts what the engine reports into words.

    @property
    def platform(self) -> str:
        """What the engine runs, as images name it: ``linux/amd64``. Raises EngineProblem."""
        return f"{self._version.get('Os', 'linux')}/{self._version.get('Arch', '?')}"

    def pull(self, image: str, platform: str = "", cancelled: Cancelled = never) -> Iterator[dict[str, Any]]:
        """Let the engine fetch an image, and give its reports as they come.

        Closing the iterator stops it, and so does ``cancelled`` while there is nothing to report: the reports then end.
        What goes wrong is a report too, ``{"error": …}``. Raises EngineProblem when the engine itself fails.
        """
        import docker

        with self._asking():
            try:
                with answers_noted(self._api) as answers:
                    reports = self._api.pull(image, stream=True, decode=True, platform=platform or None)
                with hung_up_when(cancelled, self._api, answers[-1]), contextlib.closing(reports):
                    yield from reports
            except docker.errors.APIError as error:
                yield {"error": str(error.explanation or error)}

    def load(self, archive: Iterator[bytes]) -> Iterator[dict[str, Any]]:
        """Hand the engine an archive of images; gives its reports. Raises EngineProblem, and what the archive does."""
        import docker

        with self._asking():
            try:
                yield from self._api.load_image(archive, quiet=True) or ()
            except docker.errors.APIError as error:
                yield {"error": str(error.explanation or error)}

    def save(self, image: str) -> Generator[bytes, None, None]:
        """An image as an archive, by name or identifier, in pieces. Raises EngineProblem."""
        with self._asking():
            yield from self._api.get_image(image)

    def tag(self, image: str, name: str) -> None:
        """Give an image a further name; one that had it loses it. Raises EngineProblem."""
        repository, _, tag = name.rpartition(":")
        with self._asking():
            self._api.tag(image, repository, tag, force=True)

    # What coursekit makes for itself, and takes away again. `own` alone calls these, and enters each into the ledger.

    def create_container(self, image: str, argv: Sequence[str] | None, labels: Mapping[str, str], **limits: Any) -> str:
        """A container that is not started, without network; gives its identifier.

        Raises EngineProblem, Gone when there is no such image, Refused when nothing says what to run.
        """
        with self._asking():
            created = self._api.create_container(
                image,
                list(argv) if argv is not None else None,
                labels=dict(labels),
                host_config=self._api.create_host_config(network_mode="none", **limits),
            )
        return str(created["Id"])

    def attach(self, container: str) -> Any:
        """A stream of what a container prints from now on. Raises EngineProblem."""
        with self._asking():
            return self._api.attach_socket(container, params={"stdout": 1, "stderr": 1, "stream": 1})

    def start_container(self, container: str) -> str:
        """Start it; gives why it cannot be, empty when it can. Raises EngineProblem."""
        import docker

        with self._asking():
            try:
                self._api.start(container)
            except docker.errors.APIError as error:
                return str(error.explanation)
        return ""

    def state(self, container: str) -> tuple[bool, int]:
        """Whether it runs, and its exit status. Raises Gone."""
        with self._asking():
            state = self._api.inspect_container(container)["State"]
        return bool(state["Running"]), int(state["ExitCode"])

    def remove_container(self, container: str) -> None:
        """Stop it by force and remove it with its nameless volumes; nothing when it is gone. Raises EngineProblem."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._removed(self._api.remove_container, container, force=True, v=True)
            except EngineProblem as problem:  # somebody else is removing it already
                if "in progress" not in str(problem) or time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def remove_image(self, image: str, *, parents: bool = True) -> None:
        """Take a name away, and the image when it was the last. Raises EngineProblem.

        ``parents``: with it the nameless images that it was built on, if nothing else is.
        """
        self._removed(self._api.remove_image, image, noprune=not parents)

    def remove_volume(self, volume: str) -> None:
        self._removed(self._api.remove_volume, volume)

    def remove_network(self, network: str) -> None:
        self._removed(self._api.remove_network, network)

    def _removed(self, remove: Any, name: str, **how: Any) -> None:
        with contextlib.suppress(Gone), self._asking():
            remove(name, **how)

    def _asking(self) -> contextlib.AbstractContextManager[None]:
        return asking(self.endpoint.url)


class Engines:
    """The connections of one round of checks: opened when first needed, closed at the end. A context manager."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        """``patience``: seconds that an engine gets to answer; taking in an image may take it minutes."""
        self._patience = patience
        self._open: dict[Endpoint, Engine] = {}

    def reach(self, variables: Mapping[str, str], patience: float | None = None) -> Engine:
        """The engine that a shell with these variables reaches. Raises EngineProblem."""
        return self.at(find_endpoint(variables, Path(variables.get("HOME") or Path.home())), patience)

    def reached(self, variables: Mapping[str, str]) -> Engine | None:
        """The same, if it has been reached already."""
        return self._open.get(find_endpoint(variables, Path(variables.get("HOME") or Path.home())))

    def at(self, endpoint: Endpoint, patience: float | None = None) -> Engine:
        """The engine that listens there. From now on it gets ``patience`` to answer. Raises EngineProblem."""
        seconds = self._patience if patience is None else min(patience, self._patience)
        if endpoint not in self._open:
            self._open[endpoint] = Engine(endpoint, seconds)
        self._open[endpoint].be_patient(seconds)
        return self._open[endpoint]

    def __enter__(self) -> Engines:
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self._open.values():
            engine.close()
        self._open.clear()


def _names(image: Mapping[str, Any], key: str) -> list[str]:
    """An image's names in a list of images, where an older engine writes ``<none>`` for those that it has not."""
    return [name for name in image.get(key) or () if "<none>" not in name]


_IMPOSSIBLE = ("not a directory", "too many links", "file name too long")
"""Why an engine has no archive of a path, in its own words, when the path is the reason."""
