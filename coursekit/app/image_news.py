"""What is said of the images that an exercise begins with: that some are missing, and that all are here."""

from __future__ import annotations

from coursekit.app.widgets.panel import Panel
from coursekit.app.widgets.status_bar import StatusBar
from coursekit.model.course import BaseImage
from coursekit.practice.wording import missing_words

_GOOD, _BAD = "bold $text-success", "bold $text-warning"


class ImageNews:
    """Says it in the panel."""

    def __init__(self, status: StatusBar, panel: Panel, lab_id: str) -> None:
        self._status, self._panel, self._lab_id = status, panel, lab_id

    def missing(self, images: list[BaseImage]) -> None:
        said, advice = missing_words(images, self._lab_id)
        self._panel.say(said, f"^Space, then f, fetches what is missing. {advice}", _BAD)

    def fetched(self, lines: list[str]) -> None:
        """``lines`` say what has come from where."""
        self._status.say("")
        self._panel.say("All images that this exercise begins with are here.", "\n".join(lines), _GOOD)
