#!/usr/bin/env python3
import sys
from pathlib import Path

from stepup.core.api import copy

copy("a.txt", "b.txt")
sys.exit(int(Path("../fail.txt").read_text()))
