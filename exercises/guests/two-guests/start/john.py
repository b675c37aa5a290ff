"""John wants the fan of his laptop to be quiet: python3 john.py"""

import subprocess
import sys

subprocess.run([sys.executable, "ask.py", "{one}", "stop"], stdout=subprocess.DEVNULL)
print("Quiet at last.")
