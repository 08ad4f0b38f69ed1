#!/usr/bin/env python3
from stepup.core.api import amend
from stepup.core.extapi import filter_dependencies

inputs = filter_dependencies(["link.txt", "away.txt", "/etc/passwd"])
amend(inp=inputs)
with open("out.txt", "w") as file:
    print(*sorted(inputs), file=file)
