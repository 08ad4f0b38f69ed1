#!/usr/bin/env python3
from stepup.core.api import copy, static

static("s.txt")
copy("s.txt", "a.txt")
copy("s.txt", "out/b.txt")
copy("s.txt", "c.txt")
copy("s.txt", "d.txt", optional=True)
