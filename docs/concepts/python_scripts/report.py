#!/usr/bin/env python3
from tools.words import headline

with open("report.txt", "w") as report:
    report.write(headline("all is well"))
