#!/usr/bin/env python3
from stepup.core.api import copy, static

for path in static("* *.dat"):
    copy(path, path.with_suffix(".out"))
