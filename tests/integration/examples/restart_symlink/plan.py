#!/usr/bin/env python3
from stepup.core.api import copy, static

static("link.txt")
copy("link.txt", "b.txt")
