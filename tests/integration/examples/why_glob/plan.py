#!/usr/bin/env python3
from stepup.core.api import copy, static

for path in static("in*.txt"):
    copy(path, f"copy_of_{path}")
