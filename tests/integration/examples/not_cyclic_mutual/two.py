#!/usr/bin/env python3
from stepup.core.api import amend, run

amend(inp="one.txt")
run("touch two.txt", out="two.txt")
