#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

for _ in range(2):
    amend(inp="data.txt", env="HOME", out=["out.txt", "more.txt"], vol=["vol.log", "more.log"])
for name in "out.txt", "more.txt", "vol.log", "more.log":
    Path(name).write_text(name)
