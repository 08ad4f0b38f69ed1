#!/usr/bin/env python3
from stepup.core.api import plan, static

static("x.txt", "one/plan.py", "two/plan.py")
plan("./plan.py", workdir="one")
plan("./plan.py", workdir="two")
