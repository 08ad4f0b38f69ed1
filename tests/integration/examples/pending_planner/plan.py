#!/usr/bin/env python3
from stepup.core.api import plan, static

static("sub/plan.py", "cfg.txt")
plan("./plan.py", workdir="sub", inp="../cfg.txt")
