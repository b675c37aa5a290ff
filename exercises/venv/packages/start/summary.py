"""Maggie's summary: a table of the prices, and the dearest of them."""

import csv
from pathlib import Path

from tabulate import tabulate

with (Path(__file__).parent / "prices.csv").open() as file:
    rows = list(csv.DictReader(file))

print(tabulate(rows, headers="keys"))
print("dearest:", max(int(row["price"]) for row in rows))
