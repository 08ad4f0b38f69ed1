#!/usr/bin/env python3
from stepup.core.api import copy, glob, static

static("data/")
for path in glob("data/*.txt"):
    copy(path, "out/")
