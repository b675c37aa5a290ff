#!/bin/sh
# How Maggie starts the report on her laptop. The gauge stands beside it.
TZ=LAB-{hours} python3 report.py rain.csv
