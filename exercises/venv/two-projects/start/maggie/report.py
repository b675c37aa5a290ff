"""Maggie's report: the largest reading of all stations. Written for tinydb 4."""

import csv
from pathlib import Path

from tinydb import TinyDB
from tinydb.storages import MemoryStorage

database = TinyDB(storage=MemoryStorage)
database.truncate()  # begin with an empty table
with (Path(__file__).parent / "readings.csv").open() as file:
    database.insert_multiple(dict(row) for row in csv.DictReader(file))

print("readings:", max(int(row["reading"]) for row in database.all()))
