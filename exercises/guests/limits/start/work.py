"""Measures a machine: how long until a program has started, and how long a piece of work takes it."""

import subprocess
import sys
import time

SIZE = {size}


def work(size):
    total = 0
    for number in range(size):
        total += number * number % 7
    return total


began = time.perf_counter()
subprocess.run([sys.executable, "-c", "pass"], check=True)
started = time.perf_counter()
work(int(sys.argv[1]) if len(sys.argv) > 1 else SIZE)
done = time.perf_counter()
print(f"start {started - began:.3f} s")
print(f"cpu {done - started:.3f} s")
