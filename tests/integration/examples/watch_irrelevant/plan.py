#!/usr/bin/env python3
from stepup.core.api import copy, static

static("a.txt", "data/")
copy("a.txt", "b.txt")
copy("data/used.txt", "c.txt")
