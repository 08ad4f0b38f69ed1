#!/usr/bin/env python3
from stepup.core.api import copy, static

static("s.txt")
copy("s.txt", "a.txt")
copy("a.txt", "b.txt")
copy("a.txt", "d.txt", optional=True)
