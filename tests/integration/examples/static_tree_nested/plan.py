#!/usr/bin/env python3
from stepup.core.api import copy, static

with open("names.txt", "w") as file:
    print(*static("data/deep/a.txt", "data/deep/", "data/"), file=file)
copy("data/deep/a.txt", "a.txt")
