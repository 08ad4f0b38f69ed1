#!/usr/bin/env python3
from stepup.core.api import copy, static

static("a.txt", "b.txt")
copy("a.txt", "a_copy.txt")
copy("b.txt", "b_copy.txt")
