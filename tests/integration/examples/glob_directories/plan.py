#!/usr/bin/env python3
from stepup.core.api import glob, static

with open("names.txt", "w") as file:
    print(*glob("*o*/"), file=file)
static("*/*.txt")
