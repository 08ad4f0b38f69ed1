#!/usr/bin/env python3
from stepup.core.api import copy, static

for path in static("notes/*.txt"):
    copy(path, "out/")
