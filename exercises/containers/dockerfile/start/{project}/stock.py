"""The size of the stock file, as people say it."""

import csv
import platform
from importlib.metadata import version
from pathlib import Path

import humanize

with (Path(__file__).parent / "stock.csv").open() as file:
    size = sum(int(row["bytes"]) for row in csv.DictReader(file))

print("stock:", humanize.naturalsize(size))
print("counted by Python", platform.python_version(), "and humanize", version("humanize"))
