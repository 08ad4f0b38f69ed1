#!/usr/bin/env python3
from stepup.core.api import copy, static

for path in static("a*.txt"):
    copy(path, path.with_suffix(".out"))
