#!/usr/bin/env python3
from stepup.core.api import copy, static

static("a.txt", "b.txt")
copy("a.txt", "c.txt")
copy("b.txt", "d.txt")
