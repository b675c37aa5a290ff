"""John's report: the best day of the museum. Written for tinydb 3."""

import csv
from pathlib import Path

from tinydb import TinyDB
from tinydb.storages import MemoryStorage

database = TinyDB(storage=MemoryStorage)
database.purge()  # begin with an empty table
with (Path(__file__).parent / "visitors.csv").open() as file:
    database.insert_multiple(dict(row) for row in csv.DictReader(file))

print("visitors:", max(int(row["visitors"]) for row in database.all()))
