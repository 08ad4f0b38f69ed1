#!/usr/bin/env python3
from stepup.core.api import copy, static

static("s.txt", "t.txt")
copy("s.txt", "a.txt")
copy("a.txt", "b.txt")
copy("b.txt", "sub/c.txt")
copy("t.txt", "d.txt")
copy("t.txt", "sub/e.txt")
