#!/usr/bin/env python3
from stepup.core.api import glob, static

static("data/")
with open("names.txt", "w") as file:
    print(*glob("data/**/*.txt"), file=file)
