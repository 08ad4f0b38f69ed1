#!/usr/bin/env python3
from stepup.core.api import plan, static

static("sub.py")
plan("./sub.py")
