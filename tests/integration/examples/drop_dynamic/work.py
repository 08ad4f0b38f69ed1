#!/usr/bin/env python3
import shutil
from pathlib import Path

from stepup.core.api import amend

name = Path("which.txt").read_text().strip()
amend(inp=f"{name}.txt", out=f"{name}.out", vol=f"{name}.log", env=f"VAR_{name}")
shutil.copy(f"{name}.txt", f"{name}.out")
Path(f"{name}.log").touch()
