"""Ask the hypervisor of a guest, in its own language: python3 ask.py FOLDER WORD"""

import json
import socket
import sys

if len(sys.argv) != 3:
    sys.exit("Type it so: python3 ask.py FOLDER WORD")
folder, word = sys.argv[1:]

line = socket.socket(socket.AF_UNIX)
try:
    line.connect(f"{folder}/qmp.sock")
except OSError:
    sys.exit(f"{folder}: no guest runs there")
talk = line.makefile("rw")


def ask(word):
    """Send one word to QEMU, and give what it answers."""
    talk.write(json.dumps({"execute": word}) + "\n")
    talk.flush()
    answer = json.loads(talk.readline())
    while "event" in answer:  # news, and not the answer
        answer = json.loads(talk.readline())
    return answer.get("return", answer)


talk.readline()  # QEMU greets first
ask("qmp_capabilities")  # so it wants to be greeted back
print(folder, ask(word))
