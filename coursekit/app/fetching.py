"""The images of an exercise from the app's side: which are missing, and a fetch with progress that can be stopped."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import os
import threading
from collections.abc import Callable, Sequence

from coursekit.crash import write_crash
from coursekit.errors import CourseError
from coursekit.model.course import BaseImage
from coursekit.supplies.listener import Listener, Stopped, in_words

_Later = Callable[[Callable[[], None]], None]
"""Has the app do something, from any thread."""


class _Fetch:
    """One fetch, and how far it is."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.news = "looking for what is missing"

    def show(self, what: str, done: int, total: int) -> None:
        self.news = in_words(what, done, total)


class Fetching:
    """Works in threads that nobody waits for, so that neither the screen nor quitting waits for an engine."""

    def __init__(
        self,
        images: Sequence[BaseImage],
        tell_missing: Callable[[list[BaseImage]], None],
        tell_done: Callable[[list[str]], None],
        tell_error: Callable[[CourseError], None],
    ) -> None:
        self._images = images
        self._tell_missing, self._tell_done, self._tell_error = tell_missing, tell_done, tell_error
        self._fetch: _Fetch | None = None

    @property
    def under_way(self) -> str:
        """What is being fetched, and how far it is; empty while nothing is."""
        return "" if self._fetch is None else self._fetch.news

    def look(self) -> None:
        """See which images are missing, and tell it if there are any."""
        if self._images:
            _in_a_thread(self._look, _later())

    def start(self) -> None:
        """Fetch what is missing, unless that is under way already."""
        if self._fetch is None:
            self._fetch = _Fetch()
            _in_a_thread(self._run, self._fetch, _later())

    def stop(self) -> bool:
        """End the fetch that is under way; False when none is."""
        if self._fetch is None:
            return False
        self._fetch.stopped.set()
        self._fetch = None
        return True

    def _look(self, later: _Later) -> None:
        from coursekit.supplies.images import missing_images

        if missing := missing_images(self._images, os.environ):
            later(lambda: self._tell_missing(missing))

    def _run(self, fetch: _Fetch, later: _Later) -> None:
        from coursekit.supplies.images import Images

        lines: list[str] = []
        tell = functools.partial(self._tell_done, lines)
        try:
            with Images(os.environ, Listener(lines.append, fetch.show, fetch.stopped.is_set)) as images:
                for image in self._images:
                    images.bring(image)
        except Stopped:
            return
        except CourseError as error:
            tell = functools.partial(self._tell_error, error)
        except Exception as error:  # a bug of ours, in a thread that nobody looks at
            trouble = f"coursekit has stumbled over a mistake of its own. What happened stands in {write_crash(error)}"
            tell = functools.partial(self._tell_error, CourseError(trouble))
        later(lambda: self._finish(fetch, tell))

    def _finish(self, fetch: _Fetch, tell: Callable[[], None]) -> None:
        if self._fetch is fetch:  # it has not been stopped meanwhile
            self._fetch = None
            tell()


def _in_a_thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, name="fetching", daemon=True).start()


def _later() -> _Later:
    """To be called by the app itself, whose context the work will have."""
    loop, context = asyncio.get_running_loop(), contextvars.copy_context()

    def later(work: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the app has ended
            loop.call_soon_threadsafe(work, context=context)

    return later
