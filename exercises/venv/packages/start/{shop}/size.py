"""The size of the stock file, as people say it."""

import humanize

print("stock file:", humanize.naturalsize({size} * 1_000_000))
