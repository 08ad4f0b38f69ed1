#!/usr/bin/env python3
from stepup.core.api import plan, static

static("sub/plan.py", "sub/a.txt")
plan("./plan.py", workdir="sub")
