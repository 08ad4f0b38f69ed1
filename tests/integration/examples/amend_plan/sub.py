#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend, run

amend(inp="sorted.txt")
for word in Path("sorted.txt").read_text().split():
    run(f"touch {word}.txt", out=f"{word}.txt")
