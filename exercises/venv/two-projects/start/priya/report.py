"""Priya's report: the largest order of the week. Written for tinydb 4."""

import csv
from pathlib import Path

from tinydb import TinyDB
from tinydb.storages import MemoryStorage

database = TinyDB(storage=MemoryStorage)
database.truncate()  # begin with an empty table
with (Path(__file__).parent / "orders.csv").open() as file:
    database.insert_multiple(dict(row) for row in csv.DictReader(file))

print("orders:", max(int(row["order"]) for row in database.all()))
