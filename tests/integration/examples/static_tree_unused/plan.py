#!/usr/bin/env python3
from stepup.core.api import amend, copy, static

static("names.txt", "data/")
amend(inp="names.txt")
with open("names.txt") as file:
    for name in file.read().split():
        copy(name, name.replace("/", "_"))
