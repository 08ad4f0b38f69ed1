#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import InputNotFoundError, amend

for i in range(1, 5):
    try:
        amend(inp=f"a{i}.txt")
    except InputNotFoundError:
        break
Path("b0.txt").touch()
