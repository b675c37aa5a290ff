"""How much rain fell on one day, by the clock of the machine that asks. John's gauge."""

import platform
import sys
import time

DAY = "2024-09-0{date}"

name = sys.argv[1]
rain = 0
for line in open(name, encoding="utf-8"):
    seconds, amount = line.split(",")
    if time.strftime("%Y-%m-%d", time.localtime(int(seconds))) == DAY:
        rain += int(amount)

print("machine:", platform.node())
print("clock:", time.strftime("%Z %z", time.localtime(0)))
print("rain:", rain)
