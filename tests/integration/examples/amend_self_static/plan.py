#!/usr/bin/env python3
from stepup.core.api import amend, static

static("data.txt")
amend(inp="data.txt")
with open("data.txt") as file:
    print(file.read())
