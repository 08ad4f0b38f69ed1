#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend, run

run("./work.py", out="slow.txt", vol="started.tmp")
amend(inp="made.txt")
Path("go.tmp").touch()
