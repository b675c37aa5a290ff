"""Maggie's report: the visitors of each day, and the busiest day."""

import csv
import platform
from importlib.metadata import version
from pathlib import Path

from tabulate import tabulate

with (Path(__file__).parent / "visitors.csv").open() as file:
    rows = list(csv.DictReader(file))

print(tabulate(rows, headers="keys"))
print("busiest:", max(int(row["visitors"]) for row in rows))
print("counted by Python", platform.python_version(), "and tabulate", version("tabulate"))
