#!/usr/bin/env python3
from stepup.core.api import copy, static

with open("names.txt", "w") as file:
    print([str(path) for path in static("data")], file=file)
copy("data/a.txt", "a.txt")
