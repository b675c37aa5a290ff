"""Which Python runs this, and where does it find tabulate?"""

import importlib.util
import sys

found = importlib.util.find_spec("tabulate")
print("python:", sys.prefix)
print("tabulate:", found.origin if found else "not here")
