#!/usr/bin/env python3
from stepup.core.api import amend, copy, static

static("what.txt")
amend(inp="what.txt")
with open("what.txt") as file:
    static(file.read().split())
copy("data/a.txt", "a.txt")
