#!/usr/bin/env python3
from stepup.core.api import plan, static

static("asks.py", "declares.py")
plan("./asks.py")
plan("./declares.py")
