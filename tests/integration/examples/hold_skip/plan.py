#!/usr/bin/env python3
from stepup.core.api import copy, hold, static

static("s.txt")
with hold():
    copy("s.txt", "a.txt")
    copy("a.txt", "b.txt")
