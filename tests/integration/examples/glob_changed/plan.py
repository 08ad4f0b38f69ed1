#!/usr/bin/env python3
from stepup.core.api import glob, static

found = glob("*.dat")
static(found)
with open("names.txt", "w") as file:
    print(*found, file=file)
