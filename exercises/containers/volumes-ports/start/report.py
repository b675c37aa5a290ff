"""Maggie's report: the visitors of the busiest day, on the screen and in /results/number.txt."""

import csv
from pathlib import Path

with (Path(__file__).parent / "visitors.csv").open() as file:
    most = max(int(row["visitors"]) for row in csv.DictReader(file))

print("busiest:", most)
with open("/results/number.txt", "w") as results:
    print("busiest:", most, file=results)
print("The number is in /results/number.txt.")
