#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

amend(inp=Path("which.txt").read_text().strip())
