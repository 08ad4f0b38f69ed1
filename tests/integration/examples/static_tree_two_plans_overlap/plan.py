#!/usr/bin/env python3
from stepup.core.api import plan, static

static("data/", "other.py")
plan("./other.py")
