#!/usr/bin/env python3
import sys

from helper import count

with open("count.txt", "w") as file:
    file.write(f"{count(sys.argv[1])}\n")
