#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

for name in Path("list.txt").read_text().split():
    amend(inp=name, out=f"{name}.out")
    Path(f"{name}.out").touch()
