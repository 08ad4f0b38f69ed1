#!/usr/bin/env python3
from stepup.core.api import plan, static

static("one.py", "two.py")
plan("./one.py")
plan("./two.py")
