#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

names = Path("names.txt").read_text().split()
amend(inp=names)
Path("out.txt").write_text("".join(Path(name).read_text() for name in names))
