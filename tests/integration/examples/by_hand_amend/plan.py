#!/usr/bin/env python3
from stepup.core.api import *


amend(inp="in.txt", out="out.txt", env="HOME")
with hold():
    run("true")
print(open("in.txt").read().strip(), getenv("UNSET", "default"), get_info().command)
graph("graph")
