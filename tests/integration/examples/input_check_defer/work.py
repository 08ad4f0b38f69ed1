#!/usr/bin/env python3
import sys
from pathlib import Path

from stepup.core.api import InputNotFoundError, amend

try:
    amend(inp="made.txt")
except InputNotFoundError:
    Path("out.txt").write_text("half\n")
    sys.exit(3)
Path("out.txt").write_text("whole\n")
