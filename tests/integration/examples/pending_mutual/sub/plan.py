#!/usr/bin/env python3
from stepup.core.api import amend, run

run("echo a > out.txt", shell=True, out="out.txt")
run("cat out.txt", inp="out.txt")
amend(inp="out.txt")
