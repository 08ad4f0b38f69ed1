#!/usr/bin/env python3
from stepup.core.api import glob, static

found = glob("${*name}_*.dat")
static(found)
with open("names.txt", "w") as file:
    for match in found:
        print(match.name, *match.files, file=file)
