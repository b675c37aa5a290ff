"""Maggie's report: the largest reading of the week, and which Python worked it out."""

import csv
import sys
from pathlib import Path

with (Path(__file__).parent / "readings.csv").open() as file:
    readings = [int(row["reading"]) for row in csv.DictReader(file)]

print("python:", sys.prefix)
print("largest:", max(readings))
