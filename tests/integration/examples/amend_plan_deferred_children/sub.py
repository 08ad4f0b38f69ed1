#!/usr/bin/env python3
from stepup.core.api import amend, run

run("touch first.txt", out="first.txt")
amend(inp="made.txt")
run("touch second.txt", out="second.txt")
