#!/usr/bin/env python3
import sys

from stepup.core.api import amend

with open(sys.argv[1]) as main:
    lines = main.read().splitlines()
names = [line.removeprefix("include ") for line in lines if line.startswith("include ")]
amend(inp=names)
with open("whole.txt", "w") as whole:
    for name in names:
        with open(name) as part:
            whole.write(part.read())
