#!/usr/bin/env python3
from stepup.core.api import plan, static

static("link/plan.py")
plan("./plan.py", workdir="link")
