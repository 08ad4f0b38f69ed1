#!/usr/bin/env python3
from stepup.core.api import amend

amend(inp="a.txt")
with open("a.txt") as file:
    print(file.read())
