#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

for i in range(1, 5):
    amend(inp=f"a{i}.txt")
Path("b0.txt").touch()
