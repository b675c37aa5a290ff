"""A keeper: the parent of one checker. When either of them ends, nothing that the checker started is left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from coursekit.shell.tree import Tree, become_subreaper


class Keeper:
    """The supervisor's handle on a keeper and its checker."""

    def __init__(self, argv: Sequence[str], temporary: str) -> None:
        """Fork the keeper, which starts the checker. Only a process with one thread may do so.

        The checker's temporary files are kept in a folder of its own below ``temporary``, and removed with it.
        """
        ours, theirs = socket.socketpair()
        order, self._order = os.pipe()
        self.socket: socket.socket | None = ours
        """The line to the checker, until it has been handed out."""
        self.pid = os.fork()
        if self.pid == 0:
            code = 70
            with contextlib.suppress(BaseException):
                code = _keep(argv, temporary, theirs, order)
            os._exit(code)
        theirs.close()
        os.close(order)

    def hand_out(self) -> socket.socket:
        """The line to the checker; the caller closes it."""
        assert self.socket is not None
        line, self.socket = self.socket, None
        return line

    def stop(self) -> None:
        """Order the keeper to stop its checker. It ends when nothing is left."""
        if self._order >= 0:
            os.close(self._order)
            self._order = -1
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def _keep(argv: Sequence[str], temporary: str, line: socket.socket, order: int) -> int:
    """The keeper's life: start the checker, wait for its end or for the order, stop all that is left."""
    os.setsid()
    become_subreaper()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    kept = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in (order, line.fileno())]
    os.dup2(kept[0], 3)
    os.dup2(kept[1], 4)
    os.closerange(5, 4096)  # above all the other keepers' pipes, whose closing is the order to end
    tree = Tree()
    folder = tempfile.mkdtemp(prefix="checker-", dir=temporary)
    environment = {**os.environ, **tree.environment, "TMPDIR": folder}
    process = subprocess.Popen(argv, stdin=4, stdout=4, env=environment, start_new_session=True)
    tree.grows_from(process.pid)
    os.close(4)
    ended, notify = os.pipe()
    os.set_blocking(notify, False)
    signal.set_wakeup_fd(notify)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while process.poll() is None:
        ready, _, _ = select.select([3, ended], [], [])
        if 3 in ready:
            break
        os.read(ended, 100)
    survivors = tree.stop(patience=0.0)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.rmdir(temporary)  # whoever is the last to need it removes it
    if survivors:
        print(f"coursekit: processes could not be stopped: {survivors}", file=sys.stderr)  # noqa: T201
    return 0
