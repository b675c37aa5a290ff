"""The size of the stock file, as people say it."""

import humanize
from tabulate import tabulate

print(tabulate([["stock:", humanize.naturalsize({size} * 1_000_000)]], tablefmt="plain"))
