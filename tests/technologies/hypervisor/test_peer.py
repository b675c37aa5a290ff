"""Sockets of guests: whether anybody listens, also when whoever does is slow."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from coursekit.technologies.hypervisor.files import QMP_SOCKET
from coursekit.technologies.hypervisor.peer import connect
from coursekit.technologies.hypervisor.problem import NotRunning


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(NotRunning):
        connect(tmp_path / QMP_SOCKET, 0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a full line from nobody")
def test_a_full_line_is_no_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as slow:
        slow.bind(str(tmp_path / QMP_SOCKET))
        slow.listen(1)
        waiting = connect(tmp_path / QMP_SOCKET, 0.1), connect(tmp_path / QMP_SOCKET, 0.1)
        with pytest.raises(TimeoutError):
            connect(tmp_path / QMP_SOCKET, 0.1)
        for one in waiting:
            one.close()
