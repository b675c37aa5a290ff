"""What pretends to be a guest: answers as QEMU does, and hands out a shell of the host as the guest's.

python impostor.py FOLDER DISK BASE    listens at FOLDER/qmp.sock and FOLDER/checks.sock until it is killed
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, TextIO


def answers(folder: Path, disk: str, base: str) -> dict[str, Any]:
    image = {"filename": disk, "format": "qcow2", "virtual-size": 1, "full-backing-filename": base}
    return {
        "query-memory-size-summary": {"base-memory": 256 << 20, "plugged-memory": 0},
        "query-status": {"status": "running", "running": True},
        "query-name": {"name": folder.name},
        "query-cpus-fast": [{}],
        "query-kvm": {"enabled": False, "present": True},
        "human-monitor-command": "",
        "qom-get": "/boot/vmlinuz",
        "query-block": [{"inserted": {"file": disk, "ro": False, "image": image}}],
    }


def say(line: str, stream: TextIO = sys.stdout) -> None:
    stream.write(f"{line}\n")
    stream.flush()


def listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    return server


def speak(folder: Path, known: dict[str, Any]) -> None:
    server = listen(folder / "qmp.sock")
    say("ready")
    while True:
        connection, _ = server.accept()
        with connection, connection.makefile("rw") as stream:
            version = {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": ""}
            say(json.dumps({"QMP": {"version": version, "capabilities": []}}), stream)
            for line in stream:
                question = json.loads(line)
                answer = {"return": known.get(question["execute"], {}), "id": question["id"]}
                say(json.dumps(answer), stream)


def hand_out(server: socket.socket) -> None:
    while True:
        connection, _ = server.accept()
        asked = connection.recv(1000).split()
        if not asked:
            continue
        connection.sendall(b"\x1enew " + asked[-1] + b"\x1e")
        subprocess.run(["/bin/sh"], stdin=connection, stdout=connection, stderr=subprocess.STDOUT, check=False)
        connection.close()


def main() -> None:
    folder = Path(sys.argv[1])
    threading.Thread(target=hand_out, args=(listen(folder / "checks.sock"),), daemon=True).start()
    if sys.argv[2] == "line":
        say("ready")
        threading.Event().wait()
    speak(folder, answers(folder, *sys.argv[2:4]))


if __name__ == "__main__":
    main()
