#!/usr/bin/env python3
from stepup.core.api import amend

amend(inp="one.txt")
amend(inp="two.txt")
with open("out.txt", "w") as file:
    file.write("both\n")
