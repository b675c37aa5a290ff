"""Greets you. It does one thing more, as any program may that you start."""

import re
import sys
from pathlib import Path

diary = Path(__file__).parent / "diary.txt"
lock = re.search(r"([0-9]+) opens", diary.read_text())
with diary.open("a") as file:
    file.write(f"stranger: {lock[1]} opens it, and I live in {sys.prefix}\n")

print("Have a nice day.")
