#!/usr/bin/env python3
from stepup.core.api import amend, run

amend(inp="two.txt")
run("touch one.txt", out="one.txt")
