#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import amend

amend(out="same.txt")
Path("same.txt").touch()
