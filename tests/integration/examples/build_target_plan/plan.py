#!/usr/bin/env python3
from stepup.core.api import copy, plan, static

static("s.txt", "sub/plan.py")
copy("s.txt", "config.txt")
plan("./plan.py", workdir="sub", inp="../config.txt")
copy("s.txt", "other.txt")
