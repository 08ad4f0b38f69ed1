#!/usr/bin/env python3
from stepup.core.api import copy, static

static("a.txt")
copy("a.txt", "b.txt")
copy("b.txt", "c.txt")
