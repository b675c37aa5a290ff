"""The small program between coursekit and the student's shell: makes the pseudo-terminal its controlling terminal.

Started as ``python -I -S controlling.py PLAN`` in a session of its own, with the terminal as standard input. PLAN is a
JSON file with ``argv`` and ``environment``: what the shell gets to know comes from there alone, not from this process.
"""

import fcntl
import json
import os
import signal
import sys
import termios

if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    os.unlink(sys.argv[1])
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # Whatever Python, `nohup` or a service ignores: what ignores a hang-up outlives its terminal.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.execve(plan["argv"][0], plan["argv"], plan["environment"])
