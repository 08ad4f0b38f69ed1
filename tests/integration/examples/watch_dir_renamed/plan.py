#!/usr/bin/env python3
from stepup.core.api import copy, static

static("old/a.txt")
copy("old/a.txt", "b.txt")
