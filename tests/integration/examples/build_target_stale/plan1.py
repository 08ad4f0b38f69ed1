#!/usr/bin/env python3
from stepup.core.api import copy, static

static("s.txt")
copy("s.txt", "a.txt")
copy("s.txt", "b.txt")
