#!/usr/bin/env python3
from stepup.core.api import amend, copy, static

static("names.txt")
amend(inp="names.txt")
with open("names.txt") as file:
    for path in static(file.read().split()):
        copy(path, path.with_suffix(".out"))
