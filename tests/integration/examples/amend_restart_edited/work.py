#!/usr/bin/env python3
import shutil
from pathlib import Path

from stepup.core.api import amend

amend(inp="list.txt")
name = Path("list.txt").read_text().strip()
amend(inp=name)
shutil.copy(name, "out.txt")
