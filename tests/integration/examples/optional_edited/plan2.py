#!/usr/bin/env python3
from stepup.core.api import copy, static

static("s.txt")
copy("s.txt", "a.txt", optional=True)
copy("a.txt", "b.txt")
