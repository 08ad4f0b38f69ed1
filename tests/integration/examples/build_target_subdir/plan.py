#!/usr/bin/env python3
from stepup.core.api import copy, static

static("s.txt")
copy("s.txt", "sub/a.txt", optional=True)
copy("s.txt", "b.txt")
copy("s.txt", "sub/c.txt")
copy("s.txt", "sub/d.txt")
copy("s.txt", "e.txt")
