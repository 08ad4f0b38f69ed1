#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

if Path("which.txt").read_text().strip() == "yes":
    amend(inp="made.txt")
Path("out.txt").write_text("done\n")
