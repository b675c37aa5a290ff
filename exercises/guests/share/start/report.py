"""How much rain fell on one day, by the clock of the machine that asks."""

import platform
import sys
import time

DAY = "2024-05-{day}"

name = sys.argv[1]
rain = rows = 0
for line in open(name, encoding="utf-8"):
    seconds, amount = line.split(",")
    rows += 1
    if time.strftime("%Y-%m-%d", time.localtime(int(seconds))) == DAY:
        rain += int(amount)

print("machine:", platform.node())
print("Python:", platform.python_version())
print("clock:", time.strftime("%Z %z", time.localtime(0)))
print("rows:", rows)
print("rain:", rain)
