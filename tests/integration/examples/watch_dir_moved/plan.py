#!/usr/bin/env python3
from stepup.core.api import copy, static

static("data/a.txt")
copy("data/a.txt", "b.txt")
