#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

amend(out="extra.txt")
Path("extra.txt").write_text("data\n")
