#!/usr/bin/env python3
from stepup.core.api import glob, static

static("x/", "y/")
with open("names.txt", "w") as file:
    for match in glob("${*d}/${*d}${*n}.txt", n="[0-9]"):
        print(match.d, match.n, match.files, file=file)
