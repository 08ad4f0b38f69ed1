#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

amend(inp="a.txt")
Path("out.txt").write_text(Path("a.txt").read_text())
Path("a.txt").write_text("changed\n")
