#!/usr/bin/env python3
from stepup.core.api import copy, static

with open("names.txt", "w") as file:
    print(*static("data/*"), file=file)
copy("data/a/1.txt", "1.txt")
