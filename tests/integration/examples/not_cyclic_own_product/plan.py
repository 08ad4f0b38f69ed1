#!/usr/bin/env python3
from stepup.core.api import amend, run

run("touch made.txt", out="made.txt")
amend(inp="made.txt")
