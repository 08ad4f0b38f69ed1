#!/usr/bin/env python3
from stepup.core.api import glob, static

static("src/")
with open("names.txt", "w") as file:
    print(*glob("src/**/*.c"), file=file)
