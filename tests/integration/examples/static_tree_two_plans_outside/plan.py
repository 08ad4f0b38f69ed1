#!/usr/bin/env python3
from stepup.core.api import plan, static

static("data/a.txt", "other.py")
plan("./other.py")
