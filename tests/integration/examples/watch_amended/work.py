#!/usr/bin/env python3
from stepup.core.api import amend

amend(inp="a.txt")
with open("a.txt") as source, open("b.txt", "w") as copy:
    copy.write(source.read())
