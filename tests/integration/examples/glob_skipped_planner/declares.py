#!/usr/bin/env python3
from stepup.core.api import amend, static

static("what.txt")
amend(inp="what.txt")
with open("what.txt") as file:
    if file.read().strip() == "static":
        static("a.dat")
