#!/usr/bin/env python3
from stepup.core.api import copy, static

static("s.txt")
copy("s.txt", "out/a.txt")
copy("out/a.txt", "out/deep/b.txt")
copy("s.txt", "out/c.txt", optional=True)
copy("s.txt", "other.txt")
