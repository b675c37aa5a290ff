"""The size of the stock file on the day that the image was made for."""

import csv
import os
from pathlib import Path

import humanize

with (Path(__file__).parent / "stock.csv").open() as file:
    size = sum(int(row["bytes"]) for row in csv.DictReader(file))

print(f"{os.environ['DAY']}:", humanize.naturalsize(size))
