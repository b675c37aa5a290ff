"""Maggie's report: the visitors of each day, and the busiest day."""

import csv
from pathlib import Path

import humanize
from tabulate import tabulate

with (Path(__file__).parent / "visitors.csv").open() as file:
    rows = list(csv.DictReader(file))
visitors = [int(row["visitors"]) for row in rows]

print(tabulate(rows, headers="keys"))
print("all days:", humanize.intcomma(sum(visitors)))
print("busiest:", max(visitors))
