#!/usr/bin/env python3
from stepup.core.api import *

static("repeat.py", "a.txt", "b.txt")
script("./repeat.py", optional=True)
copy("a1.txt", "copy.txt")
