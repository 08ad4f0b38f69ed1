#!/usr/bin/env python3
from stepup.core.api import copy, static

static("my data/", "it's.txt", "back\\slash.txt")
copy("my data/a b.txt", "my out/")
copy("it's.txt", "copy of it's.txt")
copy("back\\slash.txt", "c.txt")
