#!/usr/bin/env python3
from stepup.core.api import plan, static

static("../outside/hello.txt", "sub/plan.py")
plan("./plan.py", workdir="sub")
