#!/usr/bin/env python3
from stepup.core.api import copy, static

static("link/")
copy("link/a.txt", "a.txt")
