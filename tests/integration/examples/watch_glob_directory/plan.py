#!/usr/bin/env python3
from stepup.core.api import copy, static

for path in static("case*/"):
    copy(path / "a.txt", path.rstrip("/") + ".out")
