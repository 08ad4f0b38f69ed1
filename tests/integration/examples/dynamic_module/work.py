#!/usr/bin/env python3
from stepup.core.api import amend

amend(inp="made.py")
import made

with open("out.txt", "w") as file:
    print(made.X, file=file)
