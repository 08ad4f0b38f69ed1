#!/usr/bin/env python3
from stepup.core.api import copy, glob, static

with open("names.txt", "w") as file:
    print(*glob("a*.dat"), file=file)
static("a1.dat", "a2.dat")
copy("a1.dat", "out.txt")
