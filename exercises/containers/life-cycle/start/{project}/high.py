"""Prints the highest reading of a column, and then waits for the next day."""

import csv
import sys
import time
from pathlib import Path

if len(sys.argv) != 2:
    sys.exit("Which column? Run me as: python high.py COLUMN")

with (Path(__file__).parent / "readings.csv").open() as file:
    rows = list(csv.DictReader(file))

chosen = sys.argv[1]
if chosen not in rows[0]:
    sys.exit("There is no such column. The columns are: " + ", ".join(rows[0]))

print("highest:", max(int(row[chosen]) for row in rows), flush=True)
while True:
    time.sleep(60)
