#!/usr/bin/env python3
from stepup.core.api import copy, plan, static

static("data.txt")
copy("data.txt", "copy.txt")
static("sub.py")
plan("./sub.py")
