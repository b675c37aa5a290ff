"""The boxes of one week, and who counted them."""

import csv
import os
import platform
import sys
from pathlib import Path

if len(sys.argv) != 2:
    sys.exit("Which week? Run me as: python boxes.py WEEK")

data = Path(__file__).parent / "boxes.csv"
if not data.exists():
    sys.exit(f"I count what is in boxes.csv, and there is no {data.name}")

with data.open() as file:
    boxes = {row["week"]: row["boxes"] for row in csv.DictReader(file)}

print(f"week {sys.argv[1]}: {boxes[sys.argv[1]]} boxes")
print("process:", os.getpid())
print("name:", platform.node())
