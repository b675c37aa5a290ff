"""Where a bug of coursekit's own is written down."""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from pathlib import Path


def write_crash(error: BaseException) -> Path:
    """Write the traceback into a log and give its path. Falls back to a temporary folder when the home is read-only."""
    from platformdirs import user_log_path

    text = "".join(traceback.format_exception(error))
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}.log"
    for folder in (user_log_path("coursekit"), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return folder / name
    return Path("nowhere: no folder could be written to")
